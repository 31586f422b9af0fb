"""Which machines on the net are public ones."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address

# Gateways that carry an IPv4 address inside: NAT64, its local kin, 6to4, Teredo and the oldest form. No picture needs
# to come that way.
_IPV4_EMBEDDING_NETWORKS = tuple(
    map(IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96"))
)


def is_public(address: Address) -> bool:
    """Whether the whole world reaches this address: nobody's own network, machine or metadata service."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return is_public(address.ipv4_mapped)
        if address.is_site_local or any(address in network for network in _IPV4_EMBEDDING_NETWORKS):
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)
