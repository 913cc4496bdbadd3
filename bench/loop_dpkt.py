"""What a script with dpkt does: questions and server names, no reassembly."""

import sys

import dpkt


def main() -> None:
    """Count the names in one capture."""
    names = 0
    with open(sys.argv[1], "rb") as file:
        for _, octets in dpkt.pcap.Reader(file):
            try:
                segment = dpkt.ethernet.Ethernet(octets).data.data
                if isinstance(segment, dpkt.udp.UDP) and 53 in (segment.sport, segment.dport):
                    names += len(dpkt.dns.DNS(segment.data).qd)
                elif isinstance(segment, dpkt.tcp.TCP) and segment.data[:1] == b"\x16":
                    dpkt.ssl.TLS(segment.data)
                    names += 1
            except (dpkt.Error, UnicodeDecodeError, AttributeError, IndexError):
                continue
    print(names)


if __name__ == "__main__":
    main()
