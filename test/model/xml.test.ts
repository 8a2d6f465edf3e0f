import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clone, element, parseXml, parseXmlFragment, serializeXml, textOf, XML_LIMITS, type XmlElement } from "../../model/xml.ts";
import { CdkvmError } from "../../model/errors.ts";

const refusal = (text: string): string => {
  try {
    parseXml(text);
  } catch (error) {
    if (error instanceof CdkvmError) return error.details.problem;
    throw error;
  }
  return "read";
};

const name = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_.-]{0,8}$/).filter((one) => one !== "metadata");
const content = fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 20 }).map((text) => text.replaceAll("\r", ""));
const tree: fc.Arbitrary<XmlElement> = fc.letrec<{ node: XmlElement }>((tie) => ({
  node: fc.record({
    name,
    attributes: fc.dictionary(name, content, { maxKeys: 3 }),
    children: fc.oneof(
      content.map((text) => (text === "" ? [] : [text])),
      fc.array(fc.oneof({ maxDepth: 3 }, fc.constant({ name: "leaf", attributes: {}, children: [] }), tie("node")), { maxLength: 3 }),
    ),
  }) as fc.Arbitrary<XmlElement>,
})).node;

describe("the XML reader", () => {
  it("reads back what was written", () => {
    fc.assert(
      fc.property(tree, (root) => {
        expect(parseXml(serializeXml(root))).toEqual(root);
      }),
      { numRuns: 200 },
    );
  });

  it("drops white space between elements and keeps it in leaves and below metadata", () => {
    const root = parseXml("<a>\n  <b> x </b>\n  <metadata>\n <m:c xmlns:m='u'> </m:c>\n</metadata>\n</a>");
    expect(serializeXml(root)).toBe('<a><b> x </b><metadata>\n <m:c xmlns:m="u"> </m:c>\n</metadata></a>');
  });

  it("keeps CDATA and character references as text", () => {
    expect(textOf(parseXml("<a>1 &lt; <![CDATA[2 & 3]]>&#x41;</a>"))).toBe("1 < 2 & 3A");
  });

  it("refuses document types, so that entities cannot expand", () => {
    const bomb = `<!DOCTYPE a [<!ENTITY b "${"x".repeat(99)}"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>`;
    expect(refusal(bomb)).toContain("document type");
    expect(refusal(`<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>`)).toContain("document type");
    expect(refusal("<a>&b;</a>")).toContain("entity");
  });

  it("quickly refuses input that is nested too deep, too large or too wide", () => {
    expect(refusal("<a>".repeat(1_000_000))).toContain("nested");
    expect(refusal(`<a b="${"x".repeat(XML_LIMITS.attribute + 1)}"/>`)).toContain("longer");
    expect(refusal(`<a ${Array.from({ length: 10_000 }, (_, index) => `b${index}=""`).join(" ")}/>`)).toContain("attributes");
    expect(refusal(`<a>${" ".repeat(XML_LIMITS.characters)}</a>`)).toContain("characters");
  });

  it("throws its own error for anything else that is not XML", () => {
    for (const text of ["", "x", "<a", "<a></b>", "<a/><b/>", "<a b='1' b='2'/>", "<a b=1/>", "<a>\u0000</a>", "<1/>", "<a>&#0;</a>"])
      expect(refusal(text)).not.toBe("read");
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("<", ">", "a", "/", "'", '"', "=", " ", "&", ";", "!", "[", "]", "-", "?", "CDATA", "#", "x", "\n"), {
          maxLength: 40,
        }),
        (parts) => {
          refusal(parts.join(""));
        },
      ),
      { numRuns: 500 },
    );
  });

  it("does not mistake attribute names for object properties", () => {
    const root = parseXml('<a __proto__="1" constructor="2"/>');
    expect(Object.entries(clone(root).attributes)).toEqual([
      ["__proto__", "1"],
      ["constructor", "2"],
    ]);
  });
});

describe("the XML writer", () => {
  it("escapes characters with a special meaning", () => {
    const root = element("a");
    root.attributes["b"] = `<"&'\n\t>`;
    root.children.push("]]> & <");
    expect(serializeXml(root)).toBe(`<a b="&lt;&quot;&amp;'&#10;&#9;&gt;">]]&gt; &amp; &lt;</a>`);
  });

  it("refuses characters that XML cannot hold", () => {
    for (const text of ["\u0000", "\u001B", "\uFFFF", "\uD800"])
      expect(() => serializeXml({ name: "a", attributes: {}, children: [text] })).toThrow("XML cannot hold");
    expect(serializeXml({ name: "a", attributes: {}, children: ["😀"] })).toBe("<a>😀</a>");
  });

  it("reads sibling elements", () => {
    expect(parseXmlFragment("<a/> <b/>").map(serializeXml)).toEqual(["<a/>", " ", "<b/>"]);
  });
});
