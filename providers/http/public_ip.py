"""Classification of IP addresses as public or private."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address

# Networks whose addresses embed an IPv4 address: NAT64, local NAT64, 6to4, Teredo and IPv4-compatible. A private
# address could hide there, and no provider serves pictures from them.
_IPV4_EMBEDDING_NETWORKS = tuple(
    map(IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96"))
)


def is_public(address: Address) -> bool:
    """Return whether the address is on the public internet, not in a private network or a metadata service."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return is_public(address.ipv4_mapped)
        if address.is_site_local or any(address in network for network in _IPV4_EMBEDDING_NETWORKS):
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)
