"""Makes calls durable in microseconds: append-only files in memory, which outlive the process that wrote them.

Decision: what a durable call is. An entry is durable when `JournalWriter.append` comes back: its bytes are in pages of
a file that the kernel owns, so it survives the end of any of our processes, kill -9 included, though no system call
was made. A call is answered after that, so nothing that was answered is lost. In the ordinary case the housekeeping
has written it into the database some tens of milliseconds later, and from then on it is as safe as the database is.

Loss of power, or a crash of the kernel, may cost what is in no database yet and what the kernel had not written to the
disk: those tens of milliseconds. While the database is away the journals are all there is, and the kernel alone would
write them out after about 30 s; so the housekeeping then calls `JournalReader.sync` about once a second. That is done
by the reader, in its own process, since a page that is being written out holds up whoever writes into it, and by no
one while the database takes what comes: most segments are deleted before they ever reach a disk.

The alternatives: a write() per call costs 1.5 to 2 µs and gives up the interpreter's lock, which within the server
costs the call many times that; a commit in SQLite 11 µs alone, and 25 µs and more within the server.

Space is bounded: a journal takes 16 MiB at least and 1 GiB at most. Beyond, or when the disk is full, a call is refused
(`JournalFull`) rather than answered and forgotten; what was refused anyway is given up earlier, and counted.
"""
