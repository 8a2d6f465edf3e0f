import { asText, isValues, valueAt } from "../../../model/values.ts";
import type { DeviceKind } from "./kind.ts";

/** A PC's own mouse and keyboard. */
export const inputs: DeviceKind = {
  plain: ({ bus, type }) => !(bus === "ps2" && (type === "mouse" || type === "keyboard")),
};

/** The backend that libvirt adds for a sound card. */
export const audios: DeviceKind = {
  plain: (audio) => !(audio["id"] === 1 && (isValues(audio["none"]) || isValues(audio["spice"])) && Object.keys(audio).length === 2),
};

/** The card that a display needs. */
export const videos: DeviceKind = {
  isFilledIn: (video, domain) =>
    valueAt(video, "model", "type") === "cirrus" && /^(x86_64|i686)$/.test(asText(valueAt(domain, "os", "type_arch"))),
};
