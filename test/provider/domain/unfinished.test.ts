import { expect, test } from "vitest";
import { parseXml, serializeXml } from "../../../libvirt/xml.ts";
import { isUnfinished, markUnfinished, withoutMark } from "../../../provider/domain/unfinished.ts";

test.for([
  ["none", "<domain><name>a</name></domain>"],
  ["some of its own", '<domain><name>a</name><metadata><x:y xmlns:x="urn:x">1</x:y></metadata></domain>'],
])("the mark of an unfinished guest goes without a trace from metadata: %s", ([, xml = ""]) => {
  const plain = parseXml(xml);
  const marked = markUnfinished(plain);
  expect(isUnfinished(plain)).toBe(false);
  expect(isUnfinished(parseXml(serializeXml(marked)))).toBe(true);
  expect(serializeXml(withoutMark(marked))).toBe(xml);
  expect(serializeXml(plain)).toBe(xml);
});

test("metadata that setting and removing the mark left empty is left out", () => {
  expect(serializeXml(withoutMark(parseXml("<domain><name>a</name><metadata/></domain>")))).toBe("<domain><name>a</name></domain>");
});
