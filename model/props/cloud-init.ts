import { z } from "zod";
import { refuse } from "../refuse.ts";
import { fileMode, host, matching, name, sshKey } from "./shared.ts";

export const cloudInitUser = z
  .strictObject({
    name: matching(
      /^[a-z_][a-z0-9_-]{0,31}$/,
      (text) => `${text} is not a user name`,
      'use up to 32 lowercase letters, digits, "-" and "_", and start with a letter or "_"',
    ),
    sshKeys: z.array(sshKey).optional().meta({ description: "Public ssh keys that may log in." }),
    passwordHash: matching(/^\$/, () => "this is not a password hash", "create one with: openssl passwd -6")
      .optional()
      .meta({ description: "Password hash as crypt(5) has it. Default: no password." }),
    groups: z.array(z.string().min(1)).optional(),
    sudo: z
      .union([z.boolean(), z.string().min(1)])
      .optional()
      .meta({ description: "May use sudo without a password, or a sudoers rule. Default: true." }),
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
    defer: z.boolean().optional().meta({ description: "Write it after users and packages are there." }),
  })
  .meta({ id: "CloudInitFile" });

export const cloudInitProps = z
  .strictObject({
    name: name("Name of the disk that carries the data. Default: from the construct path.").optional(),
    hostname: host("Host name of the guest. Default: the VM's name.").optional(),
    fqdn: host("Full host name with its domain.").optional(),
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
      .meta({ description: "Public ssh keys for every user here; without users, for the image's own default user." }),
    packages: z.array(z.string().min(1)).optional().meta({ description: "Packages to install at first boot." }),
    packageUpdate: z.boolean().optional().meta({ description: "Refresh the package lists first. Default: true when there are packages." }),
    packageUpgrade: z.boolean().optional().meta({ description: "Upgrade what is installed. Default: false." }),
    files: z.array(cloudInitFile).optional(),
    bootcmd: z
      .array(z.union([z.string(), z.array(z.string())]))
      .optional()
      .meta({ description: "Commands at every boot, early." }),
    runcmd: z
      .array(z.union([z.string(), z.array(z.string())]))
      .optional()
      .meta({ description: "Commands at the end of the first boot." }),
    config: z
      .record(z.string(), z.json())
      .optional()
      .meta({ description: "Anything else that #cloud-config knows, merged over the rest." }),
    userData: z.string().min(1).optional().meta({ description: "User data as it is, instead of all of the above." }),
    networkConfig: z
      .union([z.string().min(1), z.record(z.string(), z.json())])
      .optional()
      .meta({ description: "Network configuration, version 2 (netplan)." }),
    metaData: z.record(z.string(), z.json()).optional().meta({ description: "More meta-data." }),
    instanceId: z
      .string()
      .min(1)
      .optional()
      .meta({ description: "A new one makes cloud-init run again. Default: from the construct path." }),
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
  .meta({ id: "CloudInit", description: "What a guest sets up at its first boot (https://docs.cloud-init.io)." });
