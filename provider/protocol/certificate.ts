import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  Certificate,
  Extension,
  Extensions,
  GeneralName,
  id_ce_subjectAltName,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from "@peculiar/asn1-x509";
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

const COMMON_NAME = "2.5.4.3";
const ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
const DAY = 24 * 60 * 60 * 1000;

export interface KeyAndCertificate {
  /** PKCS 8, PEM. */
  readonly key: Buffer;
  readonly der: Buffer;
  readonly pem: Buffer;
}

/**
 * A fresh ECDSA P-256 key and its self-signed certificate for `localhost`, for this process alone. The engine pins it: it
 * trusts the certificate of the handshake line and no other (go-plugin's AutoMTLS).
 */
export function createCertificate(): KeyAndCertificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = new Name([
    new RelativeDistinguishedName([
      new AttributeTypeAndValue({ type: COMMON_NAME, value: new AttributeValue({ utf8String: "localhost" }) }),
    ]),
  ]);
  const algorithm = new AlgorithmIdentifier({ algorithm: ECDSA_WITH_SHA256 });
  const altNames = new SubjectAlternativeName([new GeneralName({ dNSName: "localhost" })]);
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: serialNumber(),
    signature: algorithm,
    issuer: name,
    subject: name,
    validity: new Validity({ notBefore: new Date(Date.now() - DAY), notAfter: new Date(Date.now() + 365 * DAY) }),
    subjectPublicKeyInfo: AsnConvert.parse(publicKey.export({ type: "spki", format: "der" }), SubjectPublicKeyInfo),
    extensions: new Extensions([new Extension({ extnID: id_ce_subjectAltName, extnValue: new OctetString(AsnConvert.serialize(altNames)) })]),
  });
  const signature = sign("sha256", Buffer.from(AsnConvert.serialize(tbsCertificate)), privateKey);
  const certificate = new Certificate({ tbsCertificate, signatureAlgorithm: algorithm, signatureValue: new Uint8Array(signature).buffer });
  const der = Buffer.from(AsnConvert.serialize(certificate));
  const lines = der.toString("base64").replace(/(.{64})/g, "$1\n");
  return {
    key: Buffer.from(privateKey.export({ type: "pkcs8", format: "pem" })),
    der,
    pem: Buffer.from(`-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`),
  };
}

/** 16 random bytes; the first is 1 to 127, so that the number is positive and of fixed length. */
function serialNumber(): ArrayBuffer {
  const bytes = new Uint8Array(randomBytes(16));
  bytes[0] = ((bytes[0] ?? 0) % 127) + 1;
  return bytes.buffer;
}
