import type { Plan } from "../engine/index.ts";
import { withoutSecrets } from "../review/configuration.ts";
import { type JudgedPlan, judgePlan } from "../review/judge.ts";
import { withoutLogins } from "../review/masked.ts";
import type { Subject } from "../review/subject.ts";
import { at, isTree, textAt } from "../review/tree.ts";
import { bytesAt } from "../review/units.ts";
import { cloudInitFact } from "./cloud-init-fact.ts";
import { guestFact } from "./guest-fact.ts";
import { hostFacts } from "./host-facts.ts";
import type { Facts, ObjectFact, VolumeFact } from "./subject.ts";

/** What a plan says about its objects after apply. @param judged the plan, to judge it once only */
export function factsOf(plan: Plan, judged?: JudgedPlan): Facts {
  const { changes, secrets } = judged === undefined || judged.showsTexts ? judgePlan(plan) : judged;
  const stays = changes.map(({ subject, disposable }) => ({ subject, disposable })).filter(({ subject }) => isTree(subject.after));
  const of = <Fact>(type: string, fact: (subject: Subject) => Fact): Fact[] =>
    stays.filter(({ subject }) => subject.resource.type === type).map(({ subject }) => fact(subject));
  return withoutSecrets(secrets, {
    guests: of("libvirt_domain", guestFact),
    volumes: stays
      .filter(({ subject, disposable }) => subject.resource.type === "libvirt_volume" && !disposable)
      .map(({ subject }) => volumeFact(subject)),
    pools: of("libvirt_pool", objectFact),
    networks: of("libvirt_network", (network) => ({ ...objectFact(network), mode: textAt(network.after, "forward", "mode") })),
    cloudInit: of("libvirt_cloudinit_disk", cloudInitFact),
    hosts: hostFacts(plan),
  });
}

const objectFact = ({ resource, name }: Subject): ObjectFact => ({ address: resource.address, name });

function volumeFact(subject: Subject): VolumeFact {
  const { after } = subject;
  const source = textAt(after, "create", "content", "url");
  return {
    ...objectFact(subject),
    pool: textAt(after, "pool"),
    capacity: bytesAt(after, "capacity", "bytes"),
    source: source === undefined ? undefined : withoutLogins(source),
    hasChecksum: at(after, "create", "content", "checksum") !== null,
  };
}
