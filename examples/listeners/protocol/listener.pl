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
    # "len" counts characters; where the bytes differ, "bytes" has their number.
    my $length = $token{bytes} // $token{len};
    read(STDIN, my $payload, $length) if $length;
    print STDERR $header, $payload // '', "\n";
    print "RESULT 2\nOK", "READY\n";
}
