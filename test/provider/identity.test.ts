import { expect, test } from "vitest";
import { isMadeHere, newUuid } from "../../provider/identity.ts";

test("each create gets a unique UUID of version 8", () => {
  const uuid = newUuid("kvm1", "web1");
  expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(newUuid("kvm1", "web1")).not.toBe(uuid);
});

test("a UUID shows whether cdkvm created the guest", () => {
  expect(isMadeHere(newUuid("kvm1", "web1"), "kvm1", "web1")).toBe(true);
  expect(isMadeHere(newUuid("kvm1", "web2"), "kvm1", "web1")).toBe(false);
  expect(isMadeHere(newUuid("kvm2", "web1"), "kvm1", "web1")).toBe(false);
  expect(isMadeHere("ceea8346-9180-4a33-894f-36a2799735cf", "kvm1", "web1")).toBe(false);
});
