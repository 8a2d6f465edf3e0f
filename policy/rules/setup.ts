import { z } from "zod";
import { type Breach, defineRule, type Found, type Rule } from "../rule.ts";
import type { Facts, ObjectFact, PasswordLogin, StackSubject } from "../subject.ts";

/** Rules about how guests, images and hosts are set up, whether the plan changes them or not. */

/** @param message about an object that breaks the rule */
function objectsThat<Fact extends ObjectFact>(
  { stack, facts }: StackSubject,
  of: (facts: Facts) => readonly Fact[],
  message: (fact: Fact) => string | { readonly skipped: string } | undefined,
): Found[] {
  if (facts === undefined) return [{ skipped: `${stack ?? "the plan"}: only a review is given, which lists no unchanged objects` }];
  return of(facts).flatMap((fact): Found[] => {
    const told = message(fact);
    if (told === undefined) return [];
    return typeof told === "string" ? [{ resource: fact.address, name: fact.name, message: told } satisfies Breach] : [told];
  });
}

export const backupLabel: Rule = defineRule({
  name: "backup-label",
  doc: "Each guest says how it is backed up: `backup: daily` in its title or description, or an element `backup` in its metadata.",
  why: "Backup tools find guests by such a label; one without it is missed, and nobody notices until a restore.",
  fix: 'set description: "backup: daily", or "backup: none" if nothing of it is worth keeping',
  severity: "off",
  argument: "label",
  options: z.strictObject({ label: z.string().min(1).default("backup").meta({ description: "The label's name. Default: backup." }) }),
  stack: (subject, { label }) =>
    objectsThat(
      subject,
      ({ guests }) => guests,
      ({ name, labels }) => (labels.includes(label) ? undefined : `guest ${name} has no label ${label}`),
    ),
});

export const imageChecksum: Rule = defineRule({
  name: "image-checksum",
  doc: "An image from the network has a checksum.",
  why: "Without one, whoever controls the server or the way to it decides what the guest runs.",
  fix: 'set checksum: "sha256:..." of the Image (the registry provider has no checksums)',
  severity: "warning",
  stack: (subject) =>
    objectsThat(
      subject,
      ({ volumes }) => volumes,
      ({ name, source, hasChecksum }) =>
        source !== undefined && /^[a-z]+:\/\//i.test(source) && !/^file:/i.test(source) && !hasChecksum
          ? `volume ${name} is filled from ${source} without a checksum`
          : undefined,
    ),
});

const EVERYWHERE: ReadonlySet<string> = new Set(["0.0.0.0", "::", "*", "0:0:0:0:0:0:0:0"]);

export const openDisplay: Rule = defineRule({
  name: "open-display",
  doc: "No VNC or SPICE display listens on all addresses.",
  why: "Whoever reaches the host's port has the guest's screen and keyboard; VNC's password protects little, and nothing is encrypted.",
  fix: "leave out `listen` (loopback), and use an ssh tunnel: `virt-viewer -c qemu+ssh://HOST/system GUEST`",
  severity: "error",
  stack: (subject) =>
    objectsThat(
      subject,
      ({ guests }) => guests,
      ({ name, displays }) => {
        const open = displays.flatMap(({ type, listens }) =>
          listens.filter((one) => EVERYWHERE.has(one)).map((one) => `${type.toUpperCase()} on ${one}`),
        );
        return open.length === 0 ? undefined : `the display of ${name} is open to all addresses: ${open.join(", ")}`;
      },
    ),
});

const LOGINS: Readonly<Record<PasswordLogin, string>> = {
  ssh: "ssh accepts passwords (ssh_pwauth)",
  user: "a user's password is not locked (lock_passwd: false)",
  password: "it sets a password",
};

export const passwordLogin: Rule = defineRule({
  name: "password-login",
  doc: "cloud-init lets nobody log in with a password.",
  why: "Passwords are guessed, and the text that sets one is in the state, in clear.",
  fix: "use ssh keys, and leave out ssh_pwauth, chpasswd, password and lock_passwd: false",
  severity: "warning",
  stack: (subject) =>
    objectsThat(
      subject,
      ({ cloudInit }) => cloudInit,
      ({ name, passwordLogins }) => {
        if (passwordLogins === undefined)
          return { skipped: `the user data of ${name} is secret, in another form than #cloud-config, or not known before apply` };
        return passwordLogins.length === 0
          ? undefined
          : `cloud-init disk ${name} allows password login: ${passwordLogins.map((one) => LOGINS[one]).join("; ")}`;
      },
    ),
});

export const hostKeyChecks: Rule = defineRule({
  name: "host-key-checks",
  doc: "The connection to each host checks its key or certificate.",
  why: "Without the check, another machine can pose as the host and read everything that apply sends, secrets included.",
  fix: "remove no_verify and known_hosts_verify=ignore from the URI, and add the host's key to known_hosts",
  severity: "error",
  stack: ({ stack, facts }) => {
    if (facts === undefined) return [{ skipped: `${stack ?? "the plan"}: only a review is given, which names no hosts` }];
    return facts.hosts.flatMap(({ address, name, unchecked }): Found[] => {
      if (name === undefined) return [{ skipped: `the URI of ${address} is not a constant` }];
      return unchecked.length === 0
        ? []
        : [{ resource: address, name, message: `the key of ${name} is not checked: ${unchecked.join(", ")}` }];
    });
  },
});

export const confinement: Rule = defineRule({
  name: "confinement",
  doc: "Each guest is confined by SELinux or AppArmor (sVirt).",
  why: "A guest that breaks out of QEMU then reaches only its own files, not those of other guests.",
  fix: 'remove sec_label { type = "none" } from the guest',
  severity: "error",
  stack: (subject) =>
    objectsThat(
      subject,
      ({ guests }) => guests,
      ({ name, unconfined }) => (unconfined ? `guest ${name} runs without confinement (sec_label of type none)` : undefined),
    ),
});
