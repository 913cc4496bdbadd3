"""Every bound, with its unit in its name and its reason beside it.

Values are literals, so that the compiled engine folds them in.
"""

from typing import Final

# --- capture ---
BLOCK_BYTES: Final = 512 * 1024
"""Octets handed to the engine at once. 256 KiB to 1 MiB stay in cache; 4 MiB were 30 % slower."""
FRAME_BYTES_MAX: Final = 262_144
"""Longest captured frame, as in libpcap; GRO makes frames of 65 KB, a smaller bound loses names."""
PCAPNG_BLOCK_BYTES_MAX: Final = 16 * 1024 * 1024
"""Longest pcapng block, as in libpcap."""
PCAPNG_INTERFACES_MAX: Final = 1_024
"""Interfaces of one pcapng section."""
UNPACKED_BYTES_MAX: Final = 64 * 1024**3
"""Octets that one compressed input may unpack to: zstd packs zeros 32,676 : 1."""
UNPACK_CHUNK_BYTES: Final = 1024 * 1024
"""Octets that a decompressor may return at once."""
ZSTD_WINDOW_BYTES_MAX: Final = 128 * 1024 * 1024
"""zstd's own default for `--long=27`; above it a file wants our memory."""
XZ_MEMORY_BYTES_MAX: Final = 128 * 1024 * 1024
"""Memory that unpacking xz may take: `xz -9` needs 65 MiB, its format allows 4 GiB."""

CLOCK_BACK_NS_MAX: Final = 1_000_000_000
"""A frame that is older than the newest one by more than 1 s tells of a clock that was set, or of
captures put together; two queues of one interface differ by far less."""
SERIES_GAP_NS_MAX: Final = 60_000_000_000
"""Silence between two files of a rotation that are still taken for one stream: after a minute no
hello, lease or answer is waited for any more."""
FOLLOWED_MAX: Final = 8
"""Growing captures that are followed at a time: each has an engine of its own (about 60 MB)."""
FILTER_STEPS_MAX: Final = 100_000
"""Steps of a filter on one frame: only `protochain` makes loops, of 8 octets a turn at least."""
FILTER_INSTRUCTIONS_MAX: Final = 4_096
"""Instructions of a compiled filter, as in the kernel (BPF_MAXINSNS)."""
STREAM_CONNECT_S_MAX: Final = 10
"""Seconds until a connection to a sender of packets must stand."""

# --- decode ---
LAYERS_MAX: Final = 8
"""Encapsulations in one frame (VLAN tags and IP-in-IP included); Suricata stops at 16."""
VLANS_MAX: Final = 4
"""VLAN tags kept of one frame."""
AMSDU_BYTES_MAX: Final = 11_454
"""Longest 802.11 frame that holds several packets (IEEE 802.11-2020 table 9-25)."""
IPV6_HEADERS_MAX: Final = 16
"""Extension headers of one packet."""
FRAGMENT_DATAGRAMS_MAX: Final = 1_024
"""Datagrams being put together at a time."""
FRAGMENT_BYTES_MAX: Final = 8 * 1024 * 1024
"""Octets of all unfinished datagrams."""
FRAGMENT_AGE_NS_MAX: Final = 30_000_000_000
"""Age of an unfinished datagram, from its first fragment (RFC 791 names 15 s, Linux keeps 30 s)."""
FRAGMENTS_MAX: Final = 64
"""Fragments of one datagram."""

# --- state tables ---
FLOW_SLOTS: Final = 524_288
"""Flows remembered (8 ways a set). The promise is 200,000: then 1 % of the sets are full."""
CLIENT_SLOTS: Final = 32_768
"""Client addresses with visibility counters."""
ANSWER_SLOTS: Final = 65_536
"""Addresses remembered from DNS answers."""
ANSWER_NS_MIN: Final = 600_000_000_000
"""For how long after an answer a flow to its address still says that name, whatever its TTL: CDNs
answer with a few seconds, and programs go on with what they looked up, over their retries and
minimum times of caches (10 min is the longest one that is common)."""
ANSWER_NS_MAX: Final = 86_400_000_000_000
"""And at most, however long the TTL: the Windows client keeps no answer for more than a day
(MaxCacheTtl), systemd-resolved for 2 h. Later the address may be anybody's."""
BINDING_SLOTS: Final = 32_768
"""Address to MAC bindings, so that only changes are claimed."""
YOUNG_STREAMS_MAX: Final = 10_000
"""Streams whose first message is still being put together."""
YOUNG_BYTES_MAX: Final = 32 * 1024 * 1024
"""Octets of all young streams."""
YOUNG_AGE_NS_MAX: Final = 15_000_000_000
"""Age of a young stream from its first octet, not from its last: a slow drip must not stay."""
YOUNG_SEGMENTS_MAX: Final = 2_048
"""Segments of one young stream: a hello sent octet by octet still fits."""
YOUNG_PIECES_MAX: Final = 128
"""Pieces of one young stream that wait behind a gap."""
PIECE_BYTES: Final = 96
"""What a kept piece costs beside its octets: pieces of one octet must not pass for nothing."""
SETTLED_BYTES_MAX: Final = 128 * 1024
"""Octets of unfinished streams or connections that one packet makes us look through for names: all
may be too old at once after a silence, and looking through 10,000 takes a tenth of a second."""
SETTLED_BYTES_MIN: Final = 1_024
"""What giving up one of them counts for at least."""
QUIC_STATES_MAX: Final = 10_000
"""QUIC connections whose hello is not whole."""
QUIC_BYTES_MAX: Final = 32 * 1024 * 1024
"""Octets of all these, like YOUNG_BYTES_MAX: each alone may keep 16 KiB."""
QUIC_DECRYPTIONS_MAX: Final = 10_000
"""Initials decrypted in one second of the capture: each costs a key derivation."""
DTLS_STATES_MAX: Final = 2_000
"""DTLS flights that are not whole."""
DTLS_BYTES_MAX: Final = 8 * 1024 * 1024
"""Octets of all these; each alone may keep 80 KiB."""
PUBLISHED_SLOTS: Final = 8_192
"""Public names of ECH, each with the client that was told it."""
MAC_SLOTS: Final = 8_192
"""MACs whose addresses are counted."""
ORIGINS_MAX: Final = 4_096
"""Connections of which a PROXY header told the origin, until their hello or request comes."""
ANSWERED_NAMES_MAX: Final = 65_536
"""Matched names of which the answered addresses are remembered."""
DUPLICATE_NS_MAX: Final = 1_000_000
"""A segment that comes again within 1 ms is the mirror's copy, not a retransmission."""
RECENT_SLOTS: Final = 4_096
"""DNS messages of the last 1 ms, to know their copies; 10 Gbit/s of questions are 12,000 in it,
and what finds no room is counted like a message of its own."""
UDP_IDLE_NS_MAX: Final = 120_000_000_000
"""A UDP conversation that was silent for so long has ended (RFC 4787 section 4.3: 2 minutes)."""

BIT_61: Final = 0x2000000000000000
"""Highest bit of a table word. Shifted right to make a bit: compiled, a literal 1 shifted left is
only 32 bits wide."""

# --- extract ---
NAME_BYTES_MAX: Final = 255
"""RFC 1035 section 2.3.4, with the root and the length octets."""
LABELS_MAX: Final = 128
"""Labels that fit into 255 octets."""
POINTERS_MAX: Final = 128
"""Compression pointers of one name; they must also go strictly backwards."""
DNS_RECORDS_MAX: Final = 256
"""Records of one message that are looked at."""
DNS_QUESTIONS_MAX: Final = 64
"""Questions of one message that are looked at."""
TAILS_TRIED_MAX: Final = 8
"""Places in one piece of a hello that look like its server_name and are not: more are made up."""
HELLO_BYTES_MAX: Final = 16 * 1024
"""Longest ClientHello: post-quantum ones have about 1.7 kB; mercury stops at 8 KiB."""
ALPNS_MAX: Final = 32
"""Protocols of one hello that are kept; browsers offer two."""
CERTIFICATES_BYTES_MAX: Final = 64 * 1024
"""Longest Certificate message that is put together."""
CERTIFICATES_MAX: Final = 16
"""Certificates of one chain that are looked at."""
CERTIFICATE_NAMES_MAX: Final = 256
"""Subject alternative names of one certificate that are looked at."""
CERTIFICATES_CACHED_MAX: Final = 1_024
"""Certificates that are remembered as read, because the same chains come again and again."""
CERTIFICATE_PARTS_MAX: Final = 64
"""Attributes of a subject or issuer, and extensions, that are looked at; real ones have ten."""
CERTIFICATE_TEXT_MAX: Final = 1_024
"""Characters of a certificate's subject or issuer that are kept."""
HTTP_HEAD_BYTES_MAX: Final = 16 * 1024
"""Longest HTTP request head: nginx refuses above 32 KiB in all, Apache a line above 8 KiB."""
HTTP2_REQUESTS_MAX: Final = 32
"""Requests of one HTTP/2 connection that are read; their compression wants all before each."""
HTTP2_FRAMES_MAX: Final = 64
"""Frames of one HTTP/2 request's fields: with a few octets in each they would never end."""
HTTP2_STATE_BYTES: Final = 24 * 1024
"""What an HTTP/2 connection may keep beside its young stream: 4 KiB of fields, and a list of them
that goes on in the next frame."""
QUIC_INITIALS_MAX: Final = 8
"""Initial packets of one connection that are decrypted."""
QUIC_CRYPTO_BYTES_MAX: Final = 16 * 1024
"""CRYPTO octets of one connection that are kept."""
PIECES_MAX: Final = 256
"""Pieces of one message over datagrams: Chrome cuts a hello into some ten a packet and shuffles
them; a chain of certificates over DTLS with the smallest sensible datagrams has some fifty."""
QUIC_KEYS_MAX: Final = 1_024
"""Pairs of version and connection id whose Initial keys are kept (about 3 kB each)."""
DHCP_VALUE_BYTES_MAX: Final = 255
"""Octets kept of one DHCP option, also where it is given in pieces (RFC 3396)."""
DHCP_RELAYS_MAX: Final = 8
"""Relays around one DHCPv6 message: HOP_COUNT_LIMIT of RFC 8415 section 7.6."""
FTP_LINE_BYTES_MAX: Final = 512
"""Longest line of an FTP command that is waited for."""
ECH_CONFIGS_MAX: Final = 8
"""Configurations of one ECHConfigList that are looked at; providers give one or two."""
CLAIM_VALUE_BYTES_MAX: Final = 255
"""Octets kept of one value that a device says of itself over LLDP, CDP, SSDP or NetBIOS."""
CLAIM_PARTS_MAX: Final = 64
"""Values, or header lines, of one such frame that are looked at; real ones have a dozen."""

# --- signatures ---
PACK_BYTES_MAX: Final = 8 * 1024 * 1024
"""Octets of one pack file: 250,000 names of 30 octets, a list of one's own, are one of them."""
PACK_FILES_MAX: Final = 1_000
"""Pack files of one run."""
PACK_DEPTH_MAX: Final = 32
"""Nested lists and mappings of a pack; a right one has 4."""
PATTERN_EXPANSIONS_MAX: Final = 256
"""Patterns that the braces of one pattern may stand for."""
PATTERNS_MAX: Final = 250_000
"""Names, or paths, of all packs with their braces written out: 150 MB. 8 MiB of braces alone would
stand for 30 million.
"""
WRITTEN_OUT_MAX: Final = 1_000
"""Names that one glob is written out to in a list of names: three digits of a number."""
IMPORT_BYTES_MAX: Final = 64 * 1024 * 1024
"""Octets of one list that is imported; the longest public ones have a million lines in half of it.
"""
PATTERN_SEGMENTS_MAX: Final = 16
"""Segments of one path pattern."""
PATTERN_LITERALS_MIN: Final = 4
"""Octets that a path pattern or a file magic must fix: fewer are met by chance."""
PREFIX_BITS_MIN: Final = 8
"""Shortest IPv4 prefix of a signature."""
PREFIX6_BITS_MIN: Final = 16
"""Shortest IPv6 prefix of a signature."""
PORT_SIGNATURES_MAX: Final = 255
"""Entries with ports: the number of one fits into an octet of the port table."""

# --- right of the bar ---
SIGHTINGS_KEPT_MAX: Final = 40_000
"""Distinct sightings of one capture (repeats only count up), and of all captures together: each
costs 1 kB, and what the judge makes of it two more."""
SIGHTINGS_BYTES_MAX: Final = 24 * 1024 * 1024
"""Octets of what these sightings say, names eightfold: as text in the report they are that long.
Honest ones say 300."""
CLAIMS_KEPT_MAX: Final = 40_000
"""Claims of one capture; only changes are claimed, and a flood of them names nobody."""
CLAIMS_BYTES_MAX: Final = 32 * 1024 * 1024
"""Octets of what DHCP messages among them say: 1.3 kB if they want; honest ones say 100 octets."""
ANSWERS_KEPT_MAX: Final = 64
"""Addresses kept of the answers that one sighting stands for; CDNs give new ones every minute."""
DEVICES_MAX: Final = 20_000
"""Devices in a report: of more the most serious ones."""
LEASES_MAX: Final = 500_000
"""Leases of one file, about 200 MB: a year of a large site; cut a longer log."""
LEASE_LINE_MAX: Final = 8_192
"""Characters of a line in a file of leases; those of the formats have some hundred."""
RECORDS_KEPT_MAX: Final = 50_000
"""Records (clients, MACs, claims, sightings, replies) of finished captures that are kept apart,
about 40 MB; beyond them captures are put together, with as much room."""
ASSET_LIST_BYTES_MAX: Final = 64 * 1024 * 1024
"""Octets of one list of managed assets: 100,000 machines with all that is known of them."""
ASSETS_MAX: Final = 250_000
"""Assets of all lists together, about 1 kB each."""
ASSET_SKIPPED_MAX: Final = 1_000
"""Rows and cells of one list that could not be read and are told; more are counted."""
ASSET_COLUMNS_MAX: Final = 1_024
"""Cells of one row; the widest exports have some two hundred."""
RESUME_RECORD_BYTES_MAX: Final = 1024 * 1024 * 1024
"""Octets of one capture's result in a `--resume` file: more is no length that we wrote."""

# --- logs ---
LOG_HEAD_BYTES: Final = 256 * 1024
"""Octets at the beginning of an input by which its format is told: a syslog has much else."""
LOG_LINE_BYTES_MAX: Final = 64 * 1024
"""Longest line of a log: an EVE event with all its records has some kilobytes."""
LOG_FRAME_BYTES_MAX: Final = 1024 * 1024
"""Longest frame of a dnstap file: a DNS message has at most 64 KiB."""
LOG_LINES_TOLD_MAX: Final = 8
"""Lines that were not understood of which the number is told; all are counted."""
LOG_PENDING_MAX: Final = 1_024
"""Questions of a log that wait for its answers, and clients of one question."""
LOG_PENDING_NS_MAX: Final = 10_000_000_000
"""For how long: resolvers give up after 5 s."""
