/// An authority and certificates that it signed, made for these tests and of no use elsewhere.
enum TestAuthority {
    static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBeTCCAR6gAwIBAgICEAAwCgYIKoZIzj0EAwIwIjEgMB4GA1UEAwwXQ2F1c2V3
        YXkgdGVzdCBhdXRob3JpdHkwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAw
        MDBaMCIxIDAeBgNVBAMMF0NhdXNld2F5IHRlc3QgYXV0aG9yaXR5MFkwEwYHKoZI
        zj0CAQYIKoZIzj0DAQcDQgAEH0YLJXbVJ3TvaOpx48Bt2qvUGBTFxnhJIeDkkGRQ
        un/FRvN+5rEEeaXfNo0O96jBl+1BWEylF5tEhgG1aQo7PKNCMEAwDwYDVR0TAQH/
        BAUwAwEB/zAOBgNVHQ8BAf8EBAMCAgQwHQYDVR0OBBYEFPTrEpGShmGkEpONXcN3
        cu9+fr2yMAoGCCqGSM49BAMCA0kAMEYCIQDmDEK9yblDFRhccc8MEWi9Tyw+JMmw
        I2YlYrrhxULTjQIhANSq65ujlJcKGkjpKLJgM4bwj2ILHbeJ1O+3nMu6SBEP
        -----END CERTIFICATE-----
        """

    /// For localhost.
    static let good = (
        certificate: """
        -----BEGIN CERTIFICATE-----
        MIIBfzCCASagAwIBAgICEAEwCgYIKoZIzj0EAwIwIjEgMB4GA1UEAwwXQ2F1c2V3
        YXkgdGVzdCBhdXRob3JpdHkwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAw
        MDBaMBQxEjAQBgNVBAMMCWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEH
        A0IABJap9mX7L4LWt9kaU1uekgX2/J22/U4XyyBjvhDhCzidQWmu2qm0tzUKpMBP
        F6UM4FI816hG3eHqGauobGQRlXijWDBWMBQGA1UdEQQNMAuCCWxvY2FsaG9zdDAd
        BgNVHQ4EFgQUPoAKf5axHpApbFijER01/yE1WU8wHwYDVR0jBBgwFoAU9OsSkZKG
        YaQSk41dw3dy735+vbIwCgYIKoZIzj0EAwIDRwAwRAIgcj0q2RYzcNX+l3b3d0y/
        jG1R6Rna5/4/YlNWeNTnvdgCIE3PaZGzbcz0dlWiJWxtLvX8/GH+qNaL4dPDdmtM
        mikK
        -----END CERTIFICATE-----
        """,
        key: """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgcLM3/gVo4wIX3slV
        KOS77TEUwCfcwc7yopdhsKhGvaChRANCAASWqfZl+y+C1rfZGlNbnpIF9vydtv1O
        F8sgY74Q4Qs4nUFprtqptLc1CqTATxelDOBSPNeoRt3h6hmrqGxkEZV4
        -----END PRIVATE KEY-----
        """
    )

    /// For localhost, until 2021-03-01.
    static let expired = (
        certificate: """
        -----BEGIN CERTIFICATE-----
        MIIBfzCCASSgAwIBAgICEAIwCgYIKoZIzj0EAwIwIjEgMB4GA1UEAwwXQ2F1c2V3
        YXkgdGVzdCBhdXRob3JpdHkwHhcNMjAwMTAxMDAwMDAwWhcNMjEwMzAxMDAwMDAw
        WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
        AAQnFIa1O4YtS4a9jhsNn794nh+pGZBXH2TpqdL00A+ER0NmMvOLxjNDylrmMf+3
        D/lyL/KGIWfhpnk3SPeqqTkpo1gwVjAUBgNVHREEDTALgglsb2NhbGhvc3QwHQYD
        VR0OBBYEFAkfX5Kbzp90XAbLG5UUC/aq+zimMB8GA1UdIwQYMBaAFPTrEpGShmGk
        EpONXcN3cu9+fr2yMAoGCCqGSM49BAMCA0kAMEYCIQD63vqPzUF49X91U07YZNfB
        J7zH3OjVo3lD2zcb11dxHAIhAKtra6VLHupONfJmYo7dxN57eEFcvnVLWLsWt79E
        x9+3
        -----END CERTIFICATE-----
        """,
        key: """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgFdjBZ0uG3zzbsZOH
        cQ4hYrzfPVY3e0HQZ0AYF0BWd12hRANCAAQnFIa1O4YtS4a9jhsNn794nh+pGZBX
        H2TpqdL00A+ER0NmMvOLxjNDylrmMf+3D/lyL/KGIWfhpnk3SPeqqTkp
        -----END PRIVATE KEY-----
        """
    )

    /// For other.example.
    static let other = (
        certificate: """
        -----BEGIN CERTIFICATE-----
        MIIBiTCCAS6gAwIBAgICEAMwCgYIKoZIzj0EAwIwIjEgMB4GA1UEAwwXQ2F1c2V3
        YXkgdGVzdCBhdXRob3JpdHkwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAw
        MDBaMBgxFjAUBgNVBAMMDW90aGVyLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjO
        PQMBBwNCAATqlGmLS9Bn92aLGAB9b4+4oDUvCrbAIEQiVKq0BeFPQZJ2jTvcNF6e
        0F58bLRO5vCkpROhvb2OWP/A3qNQ0Qbuo1wwWjAYBgNVHREEETAPgg1vdGhlci5l
        eGFtcGxlMB0GA1UdDgQWBBTg/zv7PUWZ104r0/pZlzxpmZSGHDAfBgNVHSMEGDAW
        gBT06xKRkoZhpBKTjV3Dd3Lvfn69sjAKBggqhkjOPQQDAgNJADBGAiEAuIFBNWhR
        CoTeaTI1hMm4cSFVcIEGZ1vddL/DcpjmDP0CIQCjMWEikuCj72ySD7ptygFJ5u+D
        diU3XODfAPaL86feTw==
        -----END CERTIFICATE-----
        """,
        key: """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgL68Gqi3HtRgFILMV
        BstaH2WtytUKdkTbwG+UFN9Nm8ShRANCAATqlGmLS9Bn92aLGAB9b4+4oDUvCrbA
        IEQiVKq0BeFPQZJ2jTvcNF6e0F58bLRO5vCkpROhvb2OWP/A3qNQ0Qbu
        -----END PRIVATE KEY-----
        """
    )

    /// For localhost, from 2100-01-01 on.
    static let early = (
        certificate: """
        -----BEGIN CERTIFICATE-----
        MIIBgzCCASigAwIBAgICEAQwCgYIKoZIzj0EAwIwIjEgMB4GA1UEAwwXQ2F1c2V3
        YXkgdGVzdCBhdXRob3JpdHkwIhgPMjEwMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAw
        MDAwMFowFDESMBAGA1UEAwwJbG9jYWxob3N0MFkwEwYHKoZIzj0CAQYIKoZIzj0D
        AQcDQgAEv8A6ZPVQfhYHK4kWFHANkH8dnZFdNk96PGTnvq8ruPftQxrA8LW0Y3Pa
        ZXScAWWtEhQ26QlTuFC3ngMmYhcdn6NYMFYwFAYDVR0RBA0wC4IJbG9jYWxob3N0
        MB0GA1UdDgQWBBRrdAQaFfk1I/fO8aiz8Y6l7tCW+DAfBgNVHSMEGDAWgBT06xKR
        koZhpBKTjV3Dd3Lvfn69sjAKBggqhkjOPQQDAgNJADBGAiEAkvHtdi1xMf2bk+TH
        hoBkuxAzR6ukb+QCQSNzymUfciICIQDxROXB0l541Rp0a4KDSc6KzPSO8eo2ao0C
        ISJQniGLFw==
        -----END CERTIFICATE-----
        """,
        key: """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgzPEAn4dbDOdEWnGb
        j5qaNV7yqwj7FXJtNv5Vm/p4pjKhRANCAAS/wDpk9VB+FgcriRYUcA2Qfx2dkV02
        T3o8ZOe+ryu49+1DGsDwtbRjc9pldJwBZa0SFDbpCVO4ULeeAyZiFx2f
        -----END PRIVATE KEY-----
        """
    )
}
