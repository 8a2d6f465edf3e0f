import { spawn } from "node:child_process";

/** The log of a libvirtd started without systemd. */
export const log = "/var/log/libvirt/libvirtd.log";

/**
 * Starts libvirtd without systemd, and does two things that a plain `libvirtd -d` does not:
 *
 * - Its children are reaped. To query capabilities, libvirtd starts each QEMU as a daemon, kills it and waits for the process
 *   to disappear. If process 1 does not reap (many containers), each wait takes 40 s. So a small parent becomes the reaper
 *   of its descendants (prctl PR_SET_CHILD_SUBREAPER, 36), and waits.
 * - `hide` hides /dev/kvm: if KVM exists but does not work, each of those queries hangs. libvirtd gets a mount namespace with
 *   a copy of /dev and shares everything else with the machine. It does not see what is mounted or plugged in after it
 *   started; restart it then.
 */
const script = String.raw`
set -eu
hide=$1
mkdir -p /run/libvirt /run/lock /var/log/libvirt/qemu /var/cache/libvirt
if [ "$hide" = yes ]; then
  dev=$(mktemp -d /run/cdkvm-dev.XXXXXX)
  mount -t tmpfs -o mode=755 devtmpfs "$dev"
  for path in /dev/* /dev/.[!.]*; do
    name=$(basename "$path")
    if [ "$name" = kvm ] || [ ! -e "$path" -a ! -h "$path" ]; then continue; fi
    if mountpoint -q "$path"; then
      if [ -d "$path" ]; then mkdir "$dev/$name"; else : > "$dev/$name"; fi
      mount --rbind "$path" "$dev/$name"
    else
      cp -a "$path" "$dev/$name"
    fi
  done
  umount -R -l /dev
  mount --move "$dev" /dev   # moved, not bound: libvirt moves what is mounted below /dev for each guest
  rmdir "$dev" 2> /dev/null || true
fi
[ -e /run/virtlogd.pid ] && kill -0 "$(cat /run/virtlogd.pid)" 2> /dev/null || virtlogd -d < /dev/null
exec perl -MPOSIX -e '
  my %prctl = ("x86_64" => 157, "aarch64" => 167);
  my $number = $prctl{(POSIX::uname())[4]};
  syscall($number, 36, 1, 0, 0, 0) if $number;
  my $daemon = fork() // die "fork: $!";
  if ($daemon == 0) { exec("libvirtd") or die "libvirtd: $!" }
  $SIG{TERM} = $SIG{INT} = sub { kill "TERM", $daemon };
  while (1) {
    my $child = waitpid(-1, 0);
    last if $child == $daemon or ($child == -1 and $! != POSIX::EINTR);
  }
'
`;

/** Without the right to create a mount namespace, nothing can be hidden. */
const maybeHidden = String.raw`
if [ "$2" = yes ] && unshare --mount true; then exec unshare --mount --propagation private sh -c "$1" libvirtd yes; fi
exec sh -c "$1" libvirtd no
`;

/** Starts it in the background. If that fails, libvirt does not answer. */
export function startAlone(hide: boolean): void {
  const privileged = process.getuid?.() === 0 ? [] : ["sudo"];
  const inner = ["sh", "-c", `exec >> ${log} 2>&1; ${maybeHidden}`, "sh", script, hide ? "yes" : "no"];
  const [command = "", ...rest] = [...privileged, ...inner];
  const child = spawn(command, rest, { detached: true, stdio: "ignore" });
  child.on("error", () => {}); // if that fails, libvirtd does not answer
  child.unref();
}
