/** Any YAML or JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

export interface CloudInitUser {
  readonly name: string;
  /** Public ssh keys that may log in. @default - the CloudInit's `sshKeys` only */
  readonly sshKeys?: readonly string[];
  /** Password hash in crypt(5) format: `openssl passwd -6`. Stored in the state and on the disk. @default - no password */
  readonly passwordHash?: string;
  readonly groups?: readonly string[];
  /** sudo rights: true without a password, or a sudoers rule. @default true */
  readonly sudo?: boolean | string;
  /** @default /bin/bash */
  readonly shell?: string;
  /** Full name. */
  readonly gecos?: string;
}

export interface CloudInitFile {
  readonly path: string;
  readonly content: string;
  /** Octal. @default 0644 */
  readonly mode?: string;
  /** `user:group`. @default root:root */
  readonly owner?: string;
  /** Append to the existing file. @default false */
  readonly append?: boolean;
  /** Write it after users and packages are set up. @default false */
  readonly defer?: boolean;
}

export interface CloudInitProps {
  /** Name of the disk. @default - from the construct path */
  readonly name?: string;
  /** Host name of the guest. @default - the VM's name, if a VM is given these props */
  readonly hostname?: string;
  /** Fully qualified host name. */
  readonly fqdn?: string;
  /** `Europe/Berlin`. @default - the image's */
  readonly timezone?: string;
  /** `en_US.UTF-8`. @default - the image's */
  readonly locale?: string;
  /** @default - the image's default user */
  readonly users?: readonly CloudInitUser[];
  /** Public ssh keys for every user here; without users, for the image's default user. */
  readonly sshKeys?: readonly string[];
  /** Packages to install at first boot. */
  readonly packages?: readonly string[];
  /** Refresh the package lists first. @default - if there are packages */
  readonly packageUpdate?: boolean;
  /** Upgrade installed packages. @default false */
  readonly packageUpgrade?: boolean;
  readonly files?: readonly CloudInitFile[];
  /** Commands at every boot, early: a shell line, or program and arguments. */
  readonly bootcmd?: readonly (string | readonly string[])[];
  /** Commands at the end of the first boot. */
  readonly runcmd?: readonly (string | readonly string[])[];
  /** Any other #cloud-config keys; merged over the rest. */
  readonly config?: Readonly<Record<string, Json>>;
  /** Raw user data, instead of all of the above. */
  readonly userData?: string;
  /** Network configuration, version 2 (netplan): YAML, or the same as data. @default - the image's: DHCP */
  readonly networkConfig?: string | Readonly<Record<string, Json>>;
  /** More meta-data. */
  readonly metaData?: Readonly<Record<string, Json>>;
  /** A new value makes cloud-init run again at the next boot. @default - from the construct path: never changes */
  readonly instanceId?: string;
}
