import { stringify } from "yaml";
import type { CloudInitProps, CloudInitUser } from "./cloud-init-props.ts";

const yaml = (value: unknown): string => stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });

/** The user data: `#cloud-config` (https://docs.cloud-init.io/en/latest/reference/modules.html), or the given text. */
export function userData(props: CloudInitProps): string {
  if (props.userData !== undefined) return props.userData;
  const { sshKeys, users, packages, files } = props;
  const config = {
    ...given("hostname", props.hostname ?? props.fqdn?.split(".")[0]),
    ...given("fqdn", props.fqdn),
    ...given("timezone", props.timezone),
    ...given("locale", props.locale),
    ...given(
      "users",
      users?.map((user) => userConfig(user, sshKeys ?? [])),
    ),
    ...given("ssh_authorized_keys", users ? undefined : sshKeys),
    ...given("package_update", props.packageUpdate ?? (packages ? true : undefined)),
    ...given("package_upgrade", props.packageUpgrade),
    ...given("packages", packages),
    ...given(
      "write_files",
      files?.map(({ path, content, mode, owner, append, defer }) => ({
        path,
        content,
        permissions: `0${(mode ?? "0644").replace(/^0/, "")}`,
        ...given("owner", owner),
        ...given("append", append),
        ...given("defer", defer),
      })),
    ),
    ...given("bootcmd", props.bootcmd),
    ...given("runcmd", props.runcmd),
    ...props.config,
  };
  return `#cloud-config\n${yaml(config)}`;
}

/** The meta-data of the NoCloud data source. */
export function metaData(props: CloudInitProps, instanceId: string): string {
  return yaml({ "instance-id": instanceId, ...given("local-hostname", props.hostname ?? props.fqdn?.split(".")[0]), ...props.metaData });
}

/** The network configuration, version 2. */
export function networkConfig({ networkConfig: network }: CloudInitProps): string | undefined {
  return network === undefined || typeof network === "string" ? network : yaml({ version: 2, ...network });
}

function userConfig(user: CloudInitUser, sshKeys: readonly string[]): Record<string, unknown> {
  const keys = [...new Set([...(user.sshKeys ?? []), ...sshKeys])];
  const sudo = user.sudo ?? true;
  return {
    name: user.name,
    ...given("gecos", user.gecos),
    ...given("groups", user.groups),
    ...given("sudo", sudo === true ? "ALL=(ALL) NOPASSWD:ALL" : sudo === false ? undefined : sudo),
    shell: user.shell ?? "/bin/bash",
    lock_passwd: user.passwordHash === undefined,
    ...given("hashed_passwd", user.passwordHash),
    ...given("ssh_authorized_keys", keys.length > 0 ? keys : undefined),
  };
}

const given = (name: string, value: unknown): Record<string, unknown> => (value === undefined ? {} : { [name]: value });
