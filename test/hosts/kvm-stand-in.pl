#!/usr/bin/perl
# Stands in for qemu-system-x86_64 on a test host: accepts KVM, which the machine may not have, and emulates. How its guests under
# KVM then fare is in /run/kvm-stand-in: works, refuses, pauses, stops, silent, panics. Emulated guests are left alone, and so is
# one without a kernel, as the ROM of cdkvm's first probe. See kvm-stand-in.ts.
use strict;
use warnings;
use IO::Select;
use IO::Socket::UNIX;
use POSIX ();

# the whole of /usr, so that QEMU finds its modules and firmware beside itself
my $qemu = "/run/usr/bin/qemu-system-x86_64";
my $fate = do { open my $file, "<", "/run/kvm-stand-in" or die "/run/kvm-stand-in: $!"; <$file> };
chomp $fate;

my @args = @ARGV;
my $kvm = 0;
for my $i (0 .. $#args) {
  my ($option, $value) = ($i > 0 ? $args[$i - 1] : "", $args[$i]);
  $kvm = 1 if $option eq "-accel" && $value =~ /^kvm/ or $option eq "-machine" && $value =~ /accel=kvm/;
  $args[$i] = "tcg" if $option eq "-accel" && $value =~ /^kvm/;
  $args[$i] =~ s/accel=kvm(:tcg)?/accel=tcg/ if $option eq "-machine";
}
exec $qemu, @args unless $kvm;
for my $i (1 .. $#args) { $args[$i] = "max" if $args[$i - 1] eq "-cpu" && $args[$i] =~ /^host/ }

# libvirt asks what this QEMU can do, over a socket of its own: there it has KVM
my ($at) = grep { $args[$_] eq "-qmp" } 0 .. $#args;
if (defined $at and $args[$at + 1] =~ /^unix:(.*?),server/) {
  my $path = $1;
  my $listener = IO::Socket::UNIX->new(Local => $path, Listen => 1) or die "$path: $!";
  my ($pidfile) = map { $args[$_ + 1] } grep { $args[$_] eq "-pidfile" } 0 .. $#args;
  $args[$at + 1] = "unix:$path.real,server=on,wait=off";
  system($qemu, @args) == 0 or exit 1;
  my $pid = do { open my $file, "<", $pidfile or die "$pidfile: $!"; <$file> };
  exit 0 if fork;
  POSIX::setsid();
  open STDIN, "<", "/dev/null"; open STDOUT, ">", "/dev/null"; open STDERR, ">", "/dev/null";
  my $real = IO::Socket::UNIX->new(Peer => "$path.real") or exit 1;
  my $libvirt = $listener->accept or exit 1;
  my $both = IO::Select->new($real, $libvirt);
  while (1) {
    for my $from ($both->can_read) {
      sysread($from, my $data, 1 << 20) or do { kill "TERM", $pid; unlink "$path.real"; exit 0 };
      $data =~ s/"enabled": false, "present": true/"enabled": true, "present": true/ if -e "/dev/kvm";
      $data =~ s/"name":"host"/"name":"max"/g;
      my $to = $from == $real ? $libvirt : $real;
      while (length $data) { substr($data, 0, syswrite($to, $data) // exit 1, "") }
    }
  }
}

# libvirt's own log of a trial goes with it
my ($name) = map { $args[$_ + 1] } grep { $args[$_] eq "-name" } 0 .. $#args;
if (defined $name and open my $log, ">>", "/run/kvm-stand-in.log") { print $log "$name\n" }

my %has = map { $_ => 1 } @args;
exec $qemu, @args if $fate eq "works" or not $has{"-kernel"};
if ($fate eq "refuses") {
  print STDERR "Could not access KVM kernel module: Permission denied\n";
  print STDERR "qemu-system-x86_64: failed to initialize kvm: Permission denied\n";
  exit 1;
}
if ($fate eq "silent") {
  my @quiet;
  while (defined(my $option = shift @args)) {
    if ($option =~ /^-(kernel|initrd|append)$/) { shift @args } else { push @quiet, $option }
  }
  exec $qemu, @quiet;
}
if ($fate eq "panics") {
  # a kernel without memory to speak of
  for my $i (1 .. $#args) { $args[$i] .= " mem=20M" if $args[$i - 1] eq "-append" }
  exec $qemu, @args;
}

# pauses, stops: as soon as the guest is let run
my $path = "$ENV{HOME}/stand-in.sock";
my $pid = $$;
if (fork == 0) {
  exit 0 if fork;
  POSIX::setsid();
  POSIX::close($_) for 0 .. 1023;
  my $socket;
  for (1 .. 600) { last if $socket = IO::Socket::UNIX->new(Peer => $path); select undef, undef, undef, 0.05; exit 0 unless kill 0, $pid }
  exit 0 unless $socket;
  print $socket qq({"execute":"qmp_capabilities"}\n{"execute":"query-status"}\n);
  $socket->flush;
  while (my $line = <$socket>) {
    next unless $line =~ /"event": "RESUME"|"status": "running"/;
    kill "KILL", $pid if $fate eq "stops";
    print $socket qq({"execute":"stop"}\n);
    $socket->flush;
  }
  exit 0;
}
wait;
exec $qemu, @args, "-qmp", "unix:$path,server=on,wait=off";
