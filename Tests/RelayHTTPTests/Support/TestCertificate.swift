/// Two self-signed certificates for the name localhost, made for these tests and of no use elsewhere.
enum TestCertificate {
    static let first = (
        certificate: """
        -----BEGIN CERTIFICATE-----
        MIIBYTCCAQegAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
        c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
        CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABEx1F0NaUYrUqoQ9
        TOuC7GSgeDCy/j9RLVTfcyaP5RbkiNtr3nn9dt9bChQlBfYcrLhrbg3Bm7CaQlAV
        EBQSE4yjSDBGMA8GA1UdEwEB/wQFMAMBAf8wFAYDVR0RBA0wC4IJbG9jYWxob3N0
        MB0GA1UdDgQWBBQ6XOCpItxBEPNKO9g7jKbUDp4TazAKBggqhkjOPQQDAgNIADBF
        AiEAwxWS/phz/L3gIKPaIKCTU8lo6oLtPaLRTG8un8EFzzwCIHd9hoP4FIoNh74E
        12mEA/hzO9pOaecutJWRHvfv+Z9c
        -----END CERTIFICATE-----
        """,
        key: """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgKrVS4+daG4OHAwma
        +QgYne5okIOFzrAyrmkRIydJJqahRANCAARMdRdDWlGK1KqEPUzrguxkoHgwsv4/
        US1U33Mmj+UW5Ijba955/XbfWwoUJQX2HKy4a24NwZuwmkJQFRAUEhOM
        -----END PRIVATE KEY-----
        """
    )

    static let second = (
        certificate: """
        -----BEGIN CERTIFICATE-----
        MIIBYTCCAQegAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
        c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
        CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNJR/H2zyiCUPow4
        0VIbR1zpqVePOD3e4XV5uTSgiQQqXv3q/TVXN0Hf23s9UWy97YoIj0ImJsi8z9uB
        diRWbPGjSDBGMA8GA1UdEwEB/wQFMAMBAf8wFAYDVR0RBA0wC4IJbG9jYWxob3N0
        MB0GA1UdDgQWBBSbdvbptXOOWAW7jWHRPWLgwDwudjAKBggqhkjOPQQDAgNIADBF
        AiEA/zP2Drjwow7dQBmD72P3EuOEtgtoQvUiScBzLVPT4G0CIEYuPECcb6di1d2g
        71u0FsKcS147y5RPXgB0dhyK+KOb
        -----END CERTIFICATE-----
        """,
        key: """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg56RxnTWTcm9Hkm71
        nbI5EEbY8AWpbqLtLRAvon0WIOahRANCAATSUfx9s8oglD6MONFSG0dc6alXjzg9
        3uF1ebk0oIkEKl796v01VzdB39t7PVFsve2KCI9CJibIvM/bgXYkVmzx
        -----END PRIVATE KEY-----
        """
    )
}
