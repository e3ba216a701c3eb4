# log.pl FILE READY: the machine's log, which has no other: a line of FILE for each datagram to /dev/log. What in it
# is no printable ASCII is shown as \xNN.
use strict;
use warnings;
use Socket;

my ($file, $ready) = @ARGV;
unlink("/dev/log");
socket(my $log, AF_UNIX, SOCK_DGRAM, 0) or die("socket: $!");
bind($log, sockaddr_un("/dev/log")) or die("/dev/log: $!");
chmod(0666, "/dev/log");
open(my $out, ">>", $file) or die("$file: $!");
$out->autoflush(1) if $out->can("autoflush");
select((select($out), $| = 1)[0]);
open(my $done, ">", $ready) or die("$ready: $!");
close($done);
while (defined(recv($log, my $line, 65536, 0))) {
	$line =~ s/([^ -~])/sprintf("\\x%02x", ord($1))/ge;
	print $out "$line\n";
}
