import { expect, it } from "vitest";
import { parseXml, serializeXml } from "../../../model/xml.ts";
import { stepsBetween, withLiveParts } from "../../../provider/network/live.ts";

const steps = (before: string, after: string): string[] =>
  stepsBetween(parseXml(`<network>${before}</network>`), parseXml(`<network>${after}</network>`)).map(
    ({ command, section, parent, item }) => `${command} ${section} ${parent} ${serializeXml(item)}`,
  );
const ip = (address: string, dhcp: string): string => `<ip address="${address}"><dhcp>${dhcp}</dhcp></ip>`;

it("changes a running network item by item: deletions first, then additions", () => {
  expect(
    steps(
      `<dns><host ip="10.0.0.5"><hostname>nas</hostname></host></dns>${ip("10.0.0.1", '<range start="10.0.0.10" end="10.0.0.20"/>')}`,
      `<dns><host ip="10.0.0.5"><hostname>git</hostname></host></dns>${ip("10.0.0.1", '<range start="10.0.0.10" end="10.0.0.30"/>')}`,
    ),
  ).toEqual([
    'delete ip-dhcp-range 0 <range start="10.0.0.10" end="10.0.0.20"/>',
    'delete dns-host -1 <host ip="10.0.0.5"><hostname>nas</hostname></host>',
    'add-last ip-dhcp-range 0 <range start="10.0.0.10" end="10.0.0.30"/>',
    'add-last dns-host -1 <host ip="10.0.0.5"><hostname>git</hostname></host>',
  ]);
});

it("names the subnet of a reservation, and does nothing without changes", () => {
  const one = ip("10.0.0.1", "");
  const two = (hosts: string): string => ip("fd00::1", hosts);
  expect(steps(one + two(""), one + two('<host name="a" ip="fd00::5"/>'))).toEqual([
    'add-last ip-dhcp-host 1 <host name="a" ip="fd00::5"/>',
  ]);
  expect(steps(one + two(""), one + two(""))).toEqual([]);
});

it("adds only the live-changeable parts of the running network to the definition", () => {
  const network = (bridge: string, host: string): string =>
    `<network><name>lab</name><bridge name="${bridge}"/><ip address="10.0.0.1"/><ip address="10.0.1.1">${host}</ip></network>`;
  const host = '<dhcp><host mac="52:54:00:00:00:01" ip="10.0.1.9"/></dhcp>';
  const [definition, live] = [parseXml(network("lab0", "")), parseXml(network("virbr7", host))];
  expect(serializeXml(withLiveParts(definition, live))).toBe(serializeXml(parseXml(network("lab0", host))));
  expect(serializeXml(withLiveParts(live, definition))).toBe(serializeXml(parseXml(network("virbr7", ""))));
});
