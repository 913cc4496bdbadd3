"""Which column of an export is which field: the usual headings of the usual products.

Headings are compared by their letters and digits alone, so `MAC Address`, `mac_address` and
`macAddress` are one. In JSON and YAML a heading is the way to the value, `hardware.macAddress`.
"""

import re
from typing import Final

from netwatch.errors import UsageError

FIELDS: Final = {
    "asset": "what the list calls the machine: its id, or a tag on it",
    "mac": "MACs",
    "name": "host names, with or without a domain",
    "address": "IPv4 and IPv6 addresses; 10.20.0.5/24 is one, with the mask of its network",
    "prefix": "prefixes such as 10.20.0.0/24: everything in them is managed",
    "serial": "serial numbers: known on the wire where a host name has it in it",
    "last-seen": "when whoever made the list heard of the machine last",
    "from": "since when the addresses are its own",
    "until": "until when they are",
    "ignore": "nothing: for `--map`, where a heading means something else than usual",
}
"""Field -> what its cells hold."""

PRODUCTS: Final = {
    "Intune": (
        "Devices > All devices > Export (CSV), or `deviceManagement/managedDevices` of Graph",
        "Device ID=asset; Device name=name; Wi-Fi MAC=mac; Ethernet MAC=mac; "
        "Serial number=serial; Last check-in=last-seen; deviceName=name; wiFiMacAddress=mac; "
        "ethernetMacAddress=mac; WiFiIPv4Address=address; serialNumber=serial; "
        "lastSyncDateTime=last-seen; id=asset",
    ),
    "Jamf Pro": (
        "an advanced search, exported as CSV, or `computers-inventory` of the API",
        "Jamf Pro Computer ID=asset; JSS Computer ID=asset; JSS Mobile Device ID=asset; "
        "Asset Tag=asset; Computer Name=name; Display Name=name; MAC Address=mac; "
        "Alternate MAC Address=mac; Wi-Fi MAC Address=mac; Last Reported IP Address=address; "
        "Serial Number=serial; Last Check-in=last-seen; general.name=name; "
        "general.assetTag=asset; general.lastReportedIp=address; "
        "general.lastContactTime=last-seen; hardware.macAddress=mac; "
        "hardware.altMacAddress=mac; hardware.serialNumber=serial; udid=asset",
    ),
    "CrowdStrike": (
        "Host management > Export (CSV), or `devices/entities/devices` of the API",
        "Host ID=asset; device_id=asset; Hostname=name; MAC Address=mac; "
        "Connection MAC Address=mac; Local IP=address; Connection IP=address; "
        "Serial Number=serial; Last Seen=last-seen",
    ),
    "Defender for Endpoint": (
        "Assets > Devices > Export (CSV), `machines` of the API, or DeviceNetworkInfo of a hunt",
        "Device ID=asset; Machine Id=asset; Device Name=name; Machine Name=name; "
        "computerDnsName=name; lastIpAddress=address; ipAddresses.ipAddress=address; "
        "ipAddresses.macAddress=mac; Device IPs=address; MacAddress=mac; IPAddresses=address; "
        "Last device update=last-seen; lastSeen=last-seen; Timestamp=last-seen",
    ),
    "SCCM (Configuration Manager)": (
        "`Get-CMDevice | Export-Csv`, or a report or query of v_R_System",
        "ResourceID=asset; SMSID=asset; SMS_Unique_Identifier0=asset; Name=name; Name0=name; "
        "Netbios_Name0=name; Resource_Names0=name; MACAddress=mac; MACAddress0=mac; "
        "MAC_Addresses0=mac; IPAddress0=address; IP_Addresses0=address; SerialNumber=serial; "
        "SerialNumber0=serial; LastActiveTime=last-seen; Last_Logon_Timestamp0=last-seen",
    ),
    "Active Directory": (
        "`Get-ADComputer -Filter * -Properties * | Export-Csv`, or csvde",
        "ObjectGUID=asset; Name=name; CN=name; DNSHostName=name; SamAccountName=name; "
        "IPv4Address=address; IPv6Address=address; LastLogonDate=last-seen; "
        "lastLogonTimestamp=last-seen",
    ),
    "NetBox": (
        "Devices, Virtual machines, Interfaces or IP addresses > Export (CSV), or the REST API",
        "Asset tag=asset; ID=asset; Name=name; Device=name; Virtual machine=name; "
        "DNS name=name; MAC Address=mac; primary_mac_address=mac; "
        "primary_mac_address.mac_address=mac; IP Address=address; IPv4 Address=address; "
        "IPv6 Address=address; primary_ip=address; primary_ip4=address; primary_ip6=address; "
        "primary_ip.address=address; primary_ip4.address=address; primary_ip6.address=address; "
        "Address=address; Prefix=prefix; Serial number=serial; Serial=serial",
    ),
    "ServiceNow": (
        "a list of cmdb_ci_computer or alm_hardware > Export (CSV, JSON), or the Table API",
        "Asset tag=asset; Sys ID=asset; Name=name; Host name=name; "
        "Fully qualified domain name=name; FQDN=name; MAC Address=mac; IP Address=address; "
        "Serial number=serial; Most recent discovery=last-seen; last_discovered=last-seen",
    ),
    "lists of one's own": (
        "CSV, JSON or YAML with any of these headings",
        "Asset=asset; Asset ID=asset; Asset number=asset; Inventory number=asset; Tag=asset; "
        "Barcode=asset; Host=name; Computer=name; PC name=name; Client name=name; "
        "Workstation=name; System name=name; NetBIOS name=name; DNS names=name; "
        "Hostnames=name; FQDNs=name; MAC=mac; MACs=mac; MAC addresses=mac; "
        "Physical address=mac; Hardware address=mac; Ethernet address=mac; LAN MAC=mac; "
        "WLAN MAC=mac; Wireless MAC=mac; Wired MAC=mac; interfaces.mac=mac; "
        "interfaces.mac_address=mac; interfaces.address=address; interfaces.ip=address; "
        "IP=address; IPs=address; IPv4=address; IPv6=address; IP addresses=address; "
        "Addresses=address; "
        "CIDR=prefix; Prefixes=prefix; Address range=prefix; "
        "Serials=serial; Serial no=serial; Service tag=serial; SN=serial; "
        "Last contact=last-seen; Last reported=last-seen; Last online=last-seen; "
        "Last logon=last-seen; From=from; Valid from=from; Start=from; Since=from; "
        "Lease start=from; Until=until; Valid until=until; To=until; End=until; Expires=until; "
        "Lease end=until; Rechnername=name; Computername=name; Gerätename=name; "
        "MAC-Adresse=mac; IP-Adresse=address; Seriennummer=serial; Inventarnummer=asset",
    ),
}
"""Product -> (where its list comes from, `heading=field` of what is known of it)."""


def letters(heading: str) -> str:
    """What of a heading counts."""
    return "".join(c for c in heading.casefold() if c.isalnum())


def _pairs(text: str) -> list[tuple[str, str]]:
    found = (pair.rpartition("=") for pair in text.split("; "))
    return [(heading, field) for heading, _, field in found]


KNOWN: Final = {
    letters(heading): field for _, text in PRODUCTS.values() for heading, field in _pairs(text)
}
"""Heading by its letters -> field."""

EXPORTS: Final = {product: where for product, (where, _) in PRODUCTS.items()}
"""Product -> where its list comes from, for the documents."""

HEADINGS: Final = {
    product: "; ".join(
        f"{field}: " + ", ".join(f"`{heading}`" for heading, f in _pairs(text) if f == field)
        for field in dict.fromkeys(field for _, field in _pairs(text))
    )
    for product, (_, text) in PRODUCTS.items()
}
"""Product -> its headings by field, for the documents."""

ASSET_RANKS: Final = {
    letters(heading): rank
    for rank, heading in enumerate(
        (
            "asset_tag", "general.assetTag", "asset", "asset_id", "asset_number",
            "inventory_number", "Inventarnummer", "tag", "barcode", "Jamf Pro Computer ID",
            "JSS Computer ID", "JSS Mobile Device ID", "device_id", "machine_id", "host_id",
            "ResourceID", "SMSID", "sys_id", "ObjectGUID", "udid", "id",
        )
    )
}  # fmt: skip
"""Of several ids of one row the first one of these is told: what people stick on a machine."""

_UNWRAPPED: Final = ("displayvalue", "value", "label", "display")
"""Last steps of a way in JSON that only unpack the value (ServiceNow, NetBox)."""


def _unpacked(heading: str) -> str:
    """What counts of a heading, without a last step that only unpacks the value."""
    way, _, last = heading.rpartition(".")
    return letters(way if way and letters(last) in _UNWRAPPED else heading)


class Columns:
    """What headings are taken as: the usual ones, and what `--map` says."""

    def __init__(self, given: dict[str, str]) -> None:
        """`given`: heading -> field. UsageError for a field that there is not."""
        for heading, field in given.items():
            if field not in FIELDS:
                expected = ", ".join(FIELDS)
                raise UsageError(f"--map {heading}={field}: expected a field: {expected}")
        self._given = {letters(heading): field for heading, field in given.items()}
        self.unmet = {letters(heading): heading for heading in given}
        """Headings of `--map` that stood in no list so far."""

    def field(self, heading: str) -> str:
        """The field of a heading, empty if it is not known. Steps of a way are joined by dots."""
        whole = letters(heading)
        if whole in self._given:
            self.unmet.pop(whole, None)
            return self._given[whole]
        return KNOWN.get(_unpacked(heading), "")

    def rank(self, heading: str) -> int:
        """Which id of a row is told: the one of the lowest rank."""
        if letters(heading) in self._given:
            return -1
        return ASSET_RANKS.get(_unpacked(heading), len(ASSET_RANKS))


def parse_map(text: str) -> tuple[str, str]:
    """`heading=field` of `--map` as the two. UsageError says what was expected."""
    heading, equals, field = text.rpartition("=")
    if not equals or not re.search(r"\w", heading):
        raise UsageError(f"--map {text}: expected HEADING=FIELD, FIELD one of {', '.join(FIELDS)}")
    return heading.strip(), field.strip()
