"""Leases and tables, as the programs write them: one machine, 10.0.0.5, stands in each."""

AT = 1_763_546_400
"""2025-11-19 10:00:00 UTC, when the files were written."""
SECOND = 1_000_000_000
MAC = bytes.fromhex("00163e000005")
PC = bytes((10, 0, 0, 5))
PC6 = bytes.fromhex("20010db8000000000000000000000005")

ISC = """\
# The format of this file is documented in the dhcpd.leases(5) manual page.
authoring-byte-order little-endian;

server-duid "\\000\\001";

lease 10.0.0.5 {
  starts 3 2025/11/19 10:00:00;
  ends 3 2025/11/19 11:00:00;
  cltt 3 2025/11/19 10:00:00;
  binding state active;
  next binding state free;
  hardware ethernet 00:16:3e:00:00:05;
  uid "\\001\\000\\026>\\000\\000\\005";
  client-hostname "LAPTOP-5";
}
lease 10.0.0.6 {
  starts epoch 1763546400; # Wed Nov 19 10:00:00 2025
  ends never;
  binding state free;
  hardware ethernet 00:16:3e:00:00:06;
}
lease 10.0.0.7 {
  starts 3 2025/11/19 10:00:00;
  ends 3 2025/11/19 11:00:00;
  binding state abandoned;
  client-hostname "nobody";
}
lease 10.0.0.8 {
  starts yesterday;
  hardware ethernet 00:16:3e:00:00:08;
}
lease 10.0.0.9 {
  hardware ethernet 00:16:3e:00:00:09;
"""
KEA = """\
address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context,pool_id
10.0.0.5,00:16:3e:00:00:05,,3600,1763550000,1,0,0,laptop-5.example.,0,,0
10.0.0.6,00:16:3e:00:00:06,,3600,1763550000,1,0,0,,1,,0
10.0.0.7,,01:02,3600,1763550000,1,0,0,,0,,0
10.0.0.8,00:16:3e:00:00:08,,3600,soon,1,0,0,,0,,0
ten,00:16:3e:00:00:08,,3600,1763550000,1,0,0,,0,,0
"""
KEA6 = """\
address,duid,valid_lifetime,expire,subnet_id,pref_lifetime,lease_type,iaid,prefix_len,fqdn_fwd,fqdn_rev,hostname,hwaddr,state,user_context,hwtype,hwaddr_source,pool_id
2001:db8::5,00:01:00:01,3600,1763550000,1,1800,0,7,128,0,0,a&#x2cb,00:16:3e:00:00:05,0,,1,0,0
2001:db8::6,00:01:00:01,3600,1763550000,1,1800,0,7,128,0,0,,,0,,1,0,0
"""
DNSMASQ = """\
1763550000 00:16:3e:00:00:05 10.0.0.5 laptop-5 01:00:16:3e:00:00:05
0 00:16:3e:00:00:06 10.0.0.6 * *
nothing at all
duid 00:01:00:01:2c:aa
1763550000 12345 2001:db8::5 laptop-5 00:01
"""
WINDOWS = """\
#TYPE Microsoft.Management.Infrastructure.CimInstance
"IPAddress","ScopeId","AddressState","ClientId","HostName","LeaseExpiryTime"
"10.0.0.5","10.0.0.0","Active","00-16-3e-00-00-05","laptop-5.example","11/20/2025 8:00:00 AM"
"10.0.0.6","10.0.0.0","Expired","00-16-3e-00-00-06","",""
"10.0.0.7","10.0.0.0","ActiveReservation","0016","",""
"""
NEIGH = """\
10.0.0.5 dev eth0 lladdr 00:16:3e:00:00:05 REACHABLE
10.0.0.6 dev eth0 FAILED
2001:db8::5 dev eth0 lladdr 00:16:3e:00:00:05 router STALE
fe80::1%eth0 dev eth0 lladdr 00:16:3e:00:00:05 STALE
10.0.0.8 dev eth0 lladdr 00:16:3e:00:00:08 00:16:3e:00:00:09
"""
ARP_A = """\
gateway (10.0.0.1) at 00:16:3e:00:00:01 [ether] on eth0
? (10.0.0.5) at 0:16:3e:0:0:5 on en0 ifscope [ethernet]
? (10.0.0.6) at <incomplete> on eth0
"""
ARP_WINDOWS = """\

Interface: 10.0.0.2 --- 0x5
  Internet Address      Physical Address      Type
  10.0.0.5              00-16-3e-00-00-05     dynamic
  10.0.0.255            ff-ff-ff-ff-ff-ff     static
"""
ARP_CISCO = """\
Protocol  Address          Age (min)  Hardware Addr   Type   Interface
Internet  10.0.0.5               12   0016.3e00.0005  ARPA   Vlan10
Internet  10.0.0.6                0   Incomplete      ARPA
"""
NETSH = """\
Changed the current scope context to 10.0.0.0 scope.
IP Address      - Subnet Mask    - Unique ID           - Lease Expires        -Type -Name
10.0.0.5        - 255.255.255.0  - 00-16-3e-00-00-05   -11/20/2025 8:00:00 AM    -D-  laptop-5
"""
CAM = """\
          Mac Address Table
Vlan    Mac Address       Type        Ports
----    -----------       --------    -----
  10    0016.3e00.0005    DYNAMIC     Gi1/0/5
 All    0100.0ccc.cccc    STATIC      CPU
  10    0016.3e00.0006    DYNAMIC     Po1
  10    0016.3e00.0007    DYNAMIC     Drop
"""
CAM_JUNIPER = "   vlan10  00:16:3e:00:00:05   D   -   ge-0/0/5.0   0   0\n"
CAM_ARUBA = "  0016-3e00-0005  10   dynamic   1/1/5\n"
