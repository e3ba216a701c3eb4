# log.pl FILE READY: the machine's log, which has no other: a line of FILE for each datagram to /dev/log. What in it
# is no printable ASCII is shown as \xNN. READY is made when it listens; "flush NAME" makes NAME.
use strict;
use warnings;
use Socket;

my ($file, $ready) = @ARGV;

sub made {
	open(my $done, ">", $_[0]) or die("$_[0]: $!");
	close($done);
}

unlink("/dev/log");
socket(my $log, AF_UNIX, SOCK_DGRAM, 0) or die("socket: $!");
bind($log, sockaddr_un("/dev/log")) or die("/dev/log: $!");
chmod(0666, "/dev/log");
open(my $out, ">>", $file) or die("$file: $!");
select((select($out), $| = 1)[0]);
made($ready);
while (defined(recv($log, my $line, 65536, 0))) {
	if ($line =~ m{^flush (/\S+)$}) {
		made($1);
		next;
	}
	$line =~ s/([^ -~])/sprintf("\\x%02x", ord($1))/ge;
	print $out "$line\n";
}
