import { z } from "zod";
import { refuse } from "../refuse.ts";
import { fileMode, hostname, matching, name, sshKey } from "./shared.ts";

export const cloudInitUser = z
  .strictObject({
    name: matching(
      /^[a-z_][a-z0-9_-]{0,31}$/,
      (text) => `${text} is not a user name`,
      'use up to 32 lowercase letters, digits, "-" and "_", and start with a letter or "_"',
    ),
    sshKeys: z.array(sshKey).optional().meta({ description: "Public SSH keys that may log in." }),
    passwordHash: matching(/^\$/, () => "this is not a password hash", "create one with: openssl passwd -6")
      .optional()
      .meta({ description: "Password hash in crypt(5) format. Default: no password." }),
    groups: z.array(z.string().min(1)).optional(),
    sudo: z
      .union([z.boolean(), z.string().min(1)])
      .optional()
      .meta({ description: "sudo rights: true without a password, or a sudoers rule. Default: true." }),
    shell: z.string().optional().meta({ description: "Default: /bin/bash." }),
    gecos: z.string().optional().meta({ description: "Full name." }),
  })
  .meta({ id: "CloudInitUser" });

export const cloudInitFile = z
  .strictObject({
    path: matching(/^\//, (text) => `${text} is not an absolute path`, 'start it with "/"'),
    content: z.string(),
    mode: fileMode("0644").optional().meta({ description: "Octal mode. Default: 0644." }),
    owner: z.string().optional().meta({ description: "user:group. Default: root:root." }),
    append: z.boolean().optional(),
    defer: z.boolean().optional().meta({ description: "Write it after users and packages are set up. Default: false." }),
  })
  .meta({ id: "CloudInitFile" });

export const cloudInitProps = z
  .strictObject({
    name: name("Name of the disk. Default: from the construct path.").optional(),
    hostname: hostname("Host name of the guest. Default: the VM's name.").optional(),
    fqdn: hostname("Fully qualified host name.").optional(),
    timezone: z
      .string()
      .optional()
      .meta({ examples: ["Europe/Berlin"] }),
    locale: z
      .string()
      .optional()
      .meta({ examples: ["en_US.UTF-8"] }),
    users: z.array(cloudInitUser).optional(),
    sshKeys: z
      .array(sshKey)
      .optional()
      .meta({ description: "Public SSH keys for every user here; without users, for the image's default user." }),
    packages: z.array(z.string().min(1)).optional().meta({ description: "Packages to install at first boot." }),
    packageUpdate: z.boolean().optional().meta({ description: "Refresh the package lists first. Default: if there are packages." }),
    packageUpgrade: z.boolean().optional().meta({ description: "Upgrade installed packages. Default: false." }),
    files: z.array(cloudInitFile).optional(),
    bootcmd: z
      .array(z.union([z.string(), z.array(z.string())]))
      .optional()
      .meta({ description: "Commands at every boot, early: a shell line, or program and arguments." }),
    runcmd: z
      .array(z.union([z.string(), z.array(z.string())]))
      .optional()
      .meta({ description: "Commands at the end of the first boot." }),
    config: z.record(z.string(), z.json()).optional().meta({ description: "Any other #cloud-config keys; merged over the rest." }),
    userData: z.string().min(1).optional().meta({ description: "Raw user data, instead of all of the above." }),
    networkConfig: z
      .union([z.string().min(1), z.record(z.string(), z.json())])
      .optional()
      .meta({ description: "Network configuration, version 2 (netplan). Default: the image's, DHCP." }),
    metaData: z.record(z.string(), z.json()).optional().meta({ description: "More meta-data." }),
    instanceId: z.string().min(1).optional().meta({
      description: "A new value makes cloud-init run again at the next boot. Default: from the construct path, so it never changes.",
    }),
  })
  .check((context) => {
    if (context.value.userData === undefined) return;
    const others = Object.keys(context.value).filter(
      (key) => !["userData", "networkConfig", "metaData", "instanceId", "name", "hostname"].includes(key),
    );
    if (others.length > 0)
      refuse(context, {
        path: ["userData"],
        input: context.value.userData,
        problem: `this replaces all user data, so ${others.join(", ")} would be lost`,
        fix: `move ${others.length === 1 ? "it" : "them"} into userData, or remove userData`,
      });
  })
  .meta({ id: "CloudInit", description: "A guest's first-boot setup (https://docs.cloud-init.io)." });
