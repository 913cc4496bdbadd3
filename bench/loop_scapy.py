"""What a script with scapy does: dissect every frame, look for DNS questions."""

import sys

from scapy.layers.dns import DNSQR
from scapy.utils import PcapReader


def main() -> None:
    """Count the questions in one capture."""
    names = 0
    with PcapReader(sys.argv[1]) as packets:
        for packet in packets:
            names += packet.haslayer(DNSQR)
    print(names)


if __name__ == "__main__":
    main()
