import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CdkvmError } from "../../model/errors.ts";
import { ByteSize } from "../../model/bytes.ts";
import { Cidr } from "../../model/cidr.ts";
import { Duration } from "../../model/duration.ts";
import { Ip } from "../../model/ip.ts";
import { macAddress, macFor } from "../../model/mac.ts";
import { hostName, interfaceName, libvirtName, nameFor } from "../../model/name.ts";
import { sentence } from "../../model/problem-words.ts";
import { distance, nearest } from "../../model/spelling.ts";

const problem = (read: () => unknown): string => {
  try {
    read();
  } catch (error) {
    return sentence((error as CdkvmError).details);
  }
  return "none";
};

describe("a size", () => {
  test.each([
    ["4 GiB", 4 * 1024 ** 3],
    ["512MiB", 512 * 1024 ** 2],
    ["10G", 10 * 1024 ** 3],
    ["10GB", 10_000_000_000],
    ["1.5 gib", 1536 * 1024 ** 2],
    ["0 bytes", 0],
    ["7 B", 7],
  ])("is parsed as libvirt does: %s", (text, bytes) => {
    expect(ByteSize.parse(text).bytes).toBe(bytes);
  });
  test.each([
    ["4096", '4096 has no unit; did you mean "4096 MiB" or "4096 GiB"?'],
    ["20", '20 has no unit; did you mean "20 GiB" or "20 MiB"?'],
    ["4 gigs", 'unknown unit "gigs" in "4 gigs"; did you mean "4 GiB"?'],
    ["0.3 GiB", '0.3 GiB is not a whole number of bytes; did you mean "308 MiB"?'],
    ["1,5 GiB", '"1,5 GiB" has a decimal comma; did you mean "1.5 GiB"?'],
    ["-1 GiB", "-1 GiB is negative; use a size of 0 or more"],
    ["9000 PiB", "9000 PiB is too large; the maximum is 8191 TiB"],
    ["much", '"much" is not a size; write a number and a unit, for example "4 GiB"'],
  ])("is rejected with the fix: %s", (text, words) => {
    expect(problem(() => ByteSize.parse(text))).toBe(words);
  });
  test("is written in the largest exact unit, and parses back to itself", () => {
    expect(String(ByteSize.mib(1536))).toBe("1536 MiB");
    expect(String(ByteSize.mib(2048))).toBe("2 GiB");
    fc.assert(fc.property(fc.nat({ max: 2 ** 52 }), (bytes) => ByteSize.parse(ByteSize.bytes(bytes).toString()).bytes === bytes));
  });
});

describe("an IP address", () => {
  test.each([
    ["::", "::"],
    ["FD00:0:0:0:0:0:0:1", "fd00::1"],
    ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
    ["1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"],
    ["::ffff:10.0.0.1", "::ffff:a00:1"],
    ["10.0.0.1", "10.0.0.1"],
  ])("%s is written as %s", (text, spelled) => {
    expect(Ip.parse(text).toString()).toBe(spelled);
  });
  test.each(["10.0.0", "10.0.0.256", "1::2::3", "1:2:3", "12345::", "1:2:3:4:5:6:7:8::", "", "localhost"])("is not %j", (text) => {
    expect(Ip.is(text)).toBe(false);
  });
  test("parses back to itself from any spelling", () => {
    fc.assert(fc.property(fc.ipV6(), (text) => Ip.parse(Ip.parse(text).toString()).equals(Ip.parse(text))));
    fc.assert(fc.property(fc.ipV4(), (text) => Ip.parse(text).toString() === text));
  });
  test("with leading zeros is rejected: some programs read them as octal", () => {
    expect(problem(() => Ip.parse("10.0.0.010"))).toBe('"10.0.0.010" is not an IP address; did you mean 10.0.0.10?');
  });
});

describe("an IP network", () => {
  test("has its host bits cleared", () => {
    expect(Cidr.parse("10.0.0.77/24").toString()).toBe("10.0.0.0/24");
    expect(Cidr.parse("fd00:1::9/64").toString()).toBe("fd00:1::/64");
  });
  test("counts its addresses from both ends", () => {
    const net = Cidr.parse("10.0.0.0/24");
    expect([net.nth(1), net.nth(-1), net.last].map(String)).toEqual(["10.0.0.1", "10.0.0.255", "10.0.0.255"]);
    expect(problem(() => net.nth(256))).toBe("10.0.0.0/24 has 256 addresses, and none with the number 256");
  });
  test.each([
    ["10.0.0.0", "10.0.0.0 has no prefix length; did you mean 10.0.0.0/24?"],
    ["10.0.0.7", "10.0.0.7 has no prefix length; did you mean 10.0.0.0/24?"],
    ["fd00::1", "fd00::1 has no prefix length; did you mean fd00::/64?"],
    ["10.0.0.0/255.255.255.0", "10.0.0.0/255.255.255.0 has a netmask in place of a prefix length; did you mean 10.0.0.0/24?"],
    ["10.0.0.0/33", '10.0.0.0/33 has an invalid prefix length, "33"; use a number from 0 to 32'],
    ["10.0.0/24", '"10.0.0" is not an IP address; for example "10.0.0.10" or "fd00::10"'],
  ])("is rejected with the fix: %s", (text, words) => {
    expect(problem(() => Cidr.parse(text))).toBe(words);
  });
  test("contains its own addresses and no others", () => {
    const net = Cidr.parse("10.0.1.0/24");
    expect(["10.0.1.0", "10.0.1.255", "10.0.2.0", "::a00:100"].map((ip) => net.contains(Ip.parse(ip)))).toEqual([true, true, false, false]);
    expect(net.overlaps(Cidr.parse("10.0.0.0/16"))).toBe(true);
    expect(net.overlaps(Cidr.parse("10.0.2.0/24"))).toBe(false);
  });
  test("has a DHCP range without network, gateway and broadcast address", () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 1, max: 30 }), (ip, prefix) => {
        const net = Cidr.parse(`${ip}/${prefix}`);
        const range = net.dhcpRange;
        return (
          range !== undefined &&
          net.contains(range.start) &&
          net.contains(range.end) &&
          range.start.value > net.nth(1).value &&
          range.end.value < net.last.value &&
          range.start.value <= range.end.value
        );
      }),
    );
    expect(Cidr.parse("10.0.0.0/31").dhcpRange).toBeUndefined();
  });
});

describe("a MAC address", () => {
  test.each(["52:54:00:AA:BB:CC", "52-54-00-aa-bb-cc", "525400aabbcc", "5254.00aa.bbcc"])("%s is read", (text) => {
    expect(macAddress(text)).toBe("52:54:00:aa:bb:cc");
  });
  test("that no interface can have is rejected", () => {
    expect(problem(() => macAddress("ff:ff:ff:ff:ff:ff"))).toContain("is a multicast address");
    expect(problem(() => macAddress("52:54:00"))).toBe(
      '"52:54:00" is not a MAC address; write six pairs of hexadecimal digits, for example "52:54:00:12:34:56"',
    );
  });
  test("derived from a name never changes", () => {
    expect(macFor("kvm1/web1", "kvm1/lan")).toBe("52:54:00:a5:87:47");
  });
});

describe("a duration", () => {
  test.each([
    ["90 s", 90],
    ["5 min", 300],
    ["1h 30min", 5400],
    ["1 day", 86400],
    ["0.5 h", 1800],
  ])("%s", (text, seconds) => {
    expect(Duration.parse(text).seconds).toBe(seconds);
  });
  test("is written as it is parsed", () => {
    expect(["90 s", "5 min", "24 h"].map((text) => Duration.parse(text).toString())).toEqual(["90 s", "5 min", "1 day"]);
  });
  test.each([
    ["90", '90 has no unit; did you mean "90 s" or "90 min"?'],
    ["5 parsecs", 'unknown unit "parsecs" in "5 parsecs"; use s, min, h or day'],
    ["0.5 s", '0.5 s is not a whole number of seconds; did you mean "1 s"?'],
    ["soon", '"soon" is not a duration; write a number and a unit, for example "5 min"'],
    ["5 constructor", 'unknown unit "constructor" in "5 constructor"; use s, min, h or day'],
  ])("is rejected with the fix: %s", (text, words) => {
    expect(problem(() => Duration.parse(text))).toBe(words);
  });
});

describe("a name", () => {
  test("that libvirt rejects is rejected", () => {
    expect(problem(() => libvirtName("a/b"))).toBe('"a/b" contains "/"; did you mean "a-b"?');
    expect(problem(() => libvirtName("a\nb"))).toBe('"a\\nb" contains a control character; did you mean "a-b"?');
    expect(problem(() => libvirtName(" "))).toBe('" " is blank; use at least one letter');
    expect(libvirtName("Web 1 (old)")).toBe("Web 1 (old)");
  });
  test("of an interface has at most 15 characters", () => {
    expect(interfaceName("br0")).toBe("br0");
    expect(problem(() => interfaceName("br 0"))).toBe('"br 0" is not an interface name; did you mean "br-0"?');
  });
  test("of a host has letters, digits and hyphens", () => {
    expect(problem(() => hostName("web_1"))).toBe('"web_1" is not a host name; did you mean "web-1"?');
  });
  test("derived from any path is accepted by libvirt", () => {
    fc.assert(fc.property(fc.array(fc.string({ minLength: 1 }), { minLength: 1 }), (path) => libvirtName(nameFor(path)).length > 0));
  });
});

test("nearest finds the intended word, and nothing far off", () => {
  expect(distance("memroy", "memory")).toBe(1);
  expect(nearest("memroy", ["memory", "maxMemory"])).toBe("memory");
  expect(nearest("max_memory", ["memory", "maxMemory"])).toBe("maxMemory");
  expect(nearest("zebra", ["memory", "maxMemory"])).toBeUndefined();
});
