import { expect, test } from "vitest";
import { parseXml, type XmlElement } from "../../libvirt/xml.ts";
import { isMadeHere, uuidOf } from "../../provider/identity.ts";

const guest = (memory: number, more = ""): XmlElement => parseXml(`<domain><name>web1</name><memory>${memory}</memory>${more}</domain>`);

test("one definition of a name on a host has one UUID, of version 8", () => {
  const uuid = uuidOf("kvm1", "web1", guest(1));
  expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(uuidOf("kvm1", "web1", guest(1))).toBe(uuid);
  for (const other of [uuidOf("kvm2", "web1", guest(1)), uuidOf("kvm1", "web2", guest(1)), uuidOf("kvm1", "web1", guest(2))]) {
    expect(other).not.toBe(uuid);
  }
});

test("a UUID tells whether cdkvm made the guest, whatever its definition", () => {
  expect(isMadeHere(uuidOf("kvm1", "web1", guest(1)), "kvm1", "web1")).toBe(true);
  expect(isMadeHere(uuidOf("kvm1", "web2", guest(1)), "kvm1", "web1")).toBe(false);
  expect(isMadeHere("ceea8346-9180-4a33-894f-36a2799735cf", "kvm1", "web1")).toBe(false);
});

test("a password leaves no trace in the UUID", () => {
  const display = (passwd: string): XmlElement => guest(1, `<devices><graphics type="vnc" passwd="${passwd}"/></devices>`);
  expect(uuidOf("h", "n", display("one"))).toBe(uuidOf("h", "n", display("two")));
});
