// Package event knows Supervisor's event notifications: their types, what their
// payloads look like, and the protocol that event listeners speak, at both ends.
// It follows the chapter "Events" of Supervisor 4.x's manual and, for the legacy
// names, the README of Supervisor 3.0a3. It opens nothing and reads no clock.
//
// # Types
//
// A Type is something that is really sent, such as PROCESS_STATE_EXITED. The
// names that subscriptions may use also include abstract types, which stand for
// a set of Types: a Mask. EVENT is every type of 4.x.
//
// # The legacy dialect
//
// Supervisor 3.0a3 had one event type for each pair of states that a process can
// go between. Those names are still accepted in a subscription, and an event
// that a pool gets only through a legacy name is written as 3.0a3 did: with the
// legacy name and the payload "process_name:x group_name:y pid:n". A pool that
// subscribed to the same occurrence by a 4.x name too gets it once, as 4.x has
// it. Changes that 3.0a3 had no name for (BACKOFF to STOPPED, say) have no legacy
// form and reach only subscribers of the 4.x names. EVENT_BUFFER_OVERFLOW has to
// be subscribed to by its own name: 4.x does not have it, so EVENT, which both
// dialects share, does not include it.
//
// # Bytes and characters
//
// The manual says that len in a header counts bytes, and that a payload is what a
// process wrote, whatever that is. The reference under Python 3 counts characters
// instead, and replaces output that is not UTF-8 by a text such as
// "Undecodable: b'\xff'". Programs that read their standard input as text, as
// Python 3's do and the reference's own childutils, depend on that and hang
// otherwise; programs that read bytes depend on the manual. The encoding
// Characters serves both: it does what the reference does, and where the two
// counts differ the header has one more token, bytes. A Reader of this package
// goes by that token. The encoding Bytes does what the manual says.
package event
