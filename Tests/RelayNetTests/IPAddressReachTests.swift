import RelayNet
import Testing

@Suite("IP address reach")
struct IPAddressReachTests {
    @Test(
        "Each block of the registries has its class, first and last address included",
        arguments: [
            ("0.0.0.0", .unspecified), ("::", .unspecified),
            ("0.0.0.1", .reserved), ("0.255.255.255", .reserved), ("1.0.0.0", .global),
            ("9.255.255.255", .global), ("10.0.0.0", .private), ("10.255.255.255", .private), ("11.0.0.0", .global),
            ("100.63.255.255", .global), ("100.64.0.0", .private), ("100.127.255.255", .private),
            ("100.128.0.0", .global),
            ("126.255.255.255", .global), ("127.0.0.0", .loopback), ("127.255.255.255", .loopback),
            ("128.0.0.0", .global), ("::1", .loopback),
            ("169.253.255.255", .global), ("169.254.0.0", .linkLocal), ("169.254.169.253", .linkLocal),
            ("169.254.255.255", .linkLocal), ("169.255.0.0", .global),
            ("172.15.255.255", .global), ("172.16.0.0", .private), ("172.31.255.255", .private),
            ("172.32.0.0", .global),
            ("191.255.255.255", .global), ("192.0.0.0", .reserved), ("192.0.0.255", .reserved),
            ("192.0.1.0", .global), ("192.0.2.0", .documentation), ("192.0.2.255", .documentation),
            ("192.0.3.0", .global), ("192.88.99.1", .reserved),
            ("192.167.255.255", .global), ("192.168.0.0", .private), ("192.168.255.255", .private),
            ("192.169.0.0", .global),
            ("198.17.255.255", .global), ("198.18.0.0", .reserved), ("198.19.255.255", .reserved),
            ("198.20.0.0", .global), ("198.51.100.7", .documentation), ("203.0.113.7", .documentation),
            ("223.255.255.255", .global), ("224.0.0.0", .multicast), ("239.255.255.255", .multicast),
            ("240.0.0.0", .reserved), ("255.255.255.254", .reserved), ("255.255.255.255", .broadcast),
            ("8.8.8.8", .global), ("2606:4700::1111", .global), ("2000::", .global), ("3ffe:ffff::", .global),
            ("::2", .reserved), ("::127.0.0.1", .reserved), ("::8.8.8.8", .reserved), ("0:0:0:1::", .reserved),
            ("64:ff9b:1::1", .private), ("100::1", .reserved), ("1fff::", .reserved), ("4000::", .reserved),
            ("2001::1", .reserved), ("2001:1ff::", .reserved), ("2001:200::", .global),
            ("2001:db8::", .documentation), ("2001:db9::", .global), ("3fff:0fff::", .documentation),
            ("3fff:1000::", .global),
            ("fbff::", .reserved), ("fc00::", .private), ("fdff::1", .private), ("fe00::", .reserved),
            ("fe80::", .linkLocal), ("febf::1", .linkLocal), ("fec0::", .private), ("feff::", .private),
            ("ff00::", .multicast), ("ff02::1", .multicast), ("::ffff:0:8.8.8.8", .reserved),
        ] as [(String, IPAddress.Reach)]
    )
    func classes(text: String, expected: IPAddress.Reach) throws {
        let address = try #require(IPAddress(text))
        #expect(address.reach == expected)
        #expect(address.isGlobal == (expected == .global))
    }

    @Test(
        "The metadata addresses of clouds are recognised however they are wrapped",
        arguments: [
            "169.254.169.254", "::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "64:ff9b::169.254.169.254",
            "2002:a9fe:a9fe::", "2002:a9fe:a9fe:1:2:3:4:5", "fd00:ec2::254", "FD00:0EC2:0::0254", "fd20:ce::254",
            "168.63.129.16", "100.100.100.200", "192.0.0.192",
        ]
    )
    func metadata(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.reach == .metadata)
    }

    @Test(
        "An embedded IPv4 address decides, and only in the two prefixes that carry one",
        arguments: [
            ("64:ff9b::10.0.0.1", .private), ("64:ff9b::127.0.0.1", .loopback), ("64:ff9b::8.8.8.8", .global),
            ("64:ff9b::", .unspecified), ("64:ff9b::ffff:ffff", .broadcast), ("64:ff9b:0:0:1::", .reserved),
            ("2002:7f00:1::", .loopback), ("2002:c0a8:101::1", .private), ("2002:808:808::1", .global),
            ("2003:7f00:1::", .global),
        ] as [(String, IPAddress.Reach)]
    )
    func embedded(text: String, expected: IPAddress.Reach) throws {
        let address = try #require(IPAddress(text))
        #expect(address.reach == expected)
    }
}
