#!/usr/bin/env perl
# A listener that speaks the protocol by itself, in Perl: it prints every event
# to stderr.
use strict;
use warnings;
$| = 1;
binmode $_ for *STDIN, *STDOUT, *STDERR;

print "READY\n";
while (defined(my $header = <STDIN>)) {
    my %token = map { split /:/, $_, 2 } split ' ', $header;
    read(STDIN, my $payload, $token{len}) if $token{len};
    print STDERR $header, $payload // '', "\n";
    print "RESULT 2\nOK", "READY\n";
}
