import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

export interface KeyAndCertificate {
  /** PKCS 8, PEM. */
  readonly key: Buffer;
  readonly der: Buffer;
  readonly pem: Buffer;
}

/**
 * A fresh ECDSA P-256 key and its self-signed certificate for `localhost`, for this process only. The engine pins it: it
 * trusts the certificate of the handshake line and no other (go-plugin's AutoMTLS).
 *
 * The few DER elements are written here because an ASN.1 library accounts for a quarter of the provider's startup time;
 * see docs/adr/0011-certificate-without-a-library.md.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5280#section-4.1
 */
export function createCertificate(): KeyAndCertificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = sequence(element(SET, sequence(COMMON_NAME, element(UTF8_STRING, Buffer.from("localhost")))));
  const now = Date.now();
  const tbsCertificate = sequence(
    element(VERSION, element(INTEGER, Buffer.of(2))), // v3
    element(INTEGER, serialNumber()),
    sequence(ECDSA_WITH_SHA256),
    name,
    sequence(utcTime(now - DAY), utcTime(now + 365 * DAY)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    element(EXTENSIONS, sequence(subjectAltName("localhost"))),
  );
  const der = sequence(tbsCertificate, sequence(ECDSA_WITH_SHA256), bitString(sign("sha256", tbsCertificate, privateKey)));
  const lines = der.toString("base64").replace(/(.{64})/g, "$1\n");
  return {
    key: Buffer.from(privateKey.export({ type: "pkcs8", format: "pem" })),
    der,
    pem: Buffer.from(`-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`),
  };
}

const DAY = 24 * 60 * 60 * 1000;

/** Tags of ITU-T X.690. */
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT_IDENTIFIER = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const SEQUENCE = 0x30;
const SET = 0x31;
/** Context tags of RFC 5280. */
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;
const DNS_NAME = 0x82;

function element(tag: number, ...content: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat(content);
  return Buffer.concat([Buffer.of(tag), lengthOf(bytes), bytes]);
}

/** A length below 128 takes one byte, else a byte count and the bytes; a certificate stays below 65,536. */
function lengthOf({ length }: Buffer): Buffer {
  if (length < 0x80) return Buffer.of(length);
  return length < 0x100 ? Buffer.of(0x81, length) : Buffer.of(0x82, length >> 8, length & 0xff);
}

const sequence = (...content: readonly Buffer[]): Buffer => element(SEQUENCE, ...content);
const bitString = (bits: Buffer): Buffer => element(BIT_STRING, Buffer.of(0), bits);

/** 1.2.840.10045.4.3.2 */
const ECDSA_WITH_SHA256 = element(OBJECT_IDENTIFIER, Buffer.from("2a8648ce3d040302", "hex"));
/** 2.5.4.3 */
const COMMON_NAME = element(OBJECT_IDENTIFIER, Buffer.from("550403", "hex"));
/** 2.5.29.17 */
const SUBJECT_ALT_NAME = element(OBJECT_IDENTIFIER, Buffer.from("551d11", "hex"));

const subjectAltName = (host: string): Buffer =>
  sequence(SUBJECT_ALT_NAME, element(OCTET_STRING, sequence(element(DNS_NAME, Buffer.from(host)))));

/** `YYMMDDHHMMSSZ`, for years up to 2049. */
const utcTime = (time: number): Buffer =>
  element(UTC_TIME, Buffer.from(`${new Date(time).toISOString().slice(2, 19).replace(/[-:T]/g, "")}Z`));

/** 16 random bytes; the first is 1 to 127, so the number is positive and of fixed length. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) % 127) + 1;
  return bytes;
}
