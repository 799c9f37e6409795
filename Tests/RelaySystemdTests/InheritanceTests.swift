import Glibc
import RelaySystemd
import Testing

// Each runs in a process of its own, since all of it is about the environment.
@Suite struct InheritanceTests {
    @Test func descriptorsComeWithTheirNamesInOrderAndOnce() async {
        await #expect(processExitsWith: .success) {
            openThrough(5)
            setenv("LISTEN_PID", "\(getpid())", 1)
            setenv("LISTEN_FDS", "3", 1)
            setenv("LISTEN_FDNAMES", "udp:udp:state", 1)
            let taken = InheritedDescriptors.take()
            #expect(taken.map(\.name) == ["udp", "udp", "state"])
            #expect(taken.map(\.number) == [3, 4, 5])
            for descriptor in taken { #expect(fcntl(descriptor.number, F_GETFD) & FD_CLOEXEC != 0) }
            for variable in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] { #expect(getenv(variable) == nil) }
            #expect(InheritedDescriptors.take().isEmpty)
        }
    }

    @Test func anUnnamedDescriptorIsUnknown() async {
        await #expect(processExitsWith: .success) {
            openThrough(3)
            setenv("LISTEN_PID", "\(getpid())", 1)
            setenv("LISTEN_FDS", "1", 1)
            unsetenv("LISTEN_FDNAMES")
            #expect(InheritedDescriptors.take() == [InheritedDescriptor(name: "unknown", number: 3)])
        }
    }

    @Test func whatIsMeantForAnotherProcessIsLeftAlone() async {
        await #expect(processExitsWith: .success) {
            openThrough(3)
            setenv("LISTEN_PID", "1", 1)
            setenv("LISTEN_FDS", "1", 1)
            #expect(InheritedDescriptors.take().isEmpty)
            #expect(fcntl(3, F_GETFD) >= 0)
        }
    }
}

/// Opens files until that descriptor is in use; what is open stays.
private func openThrough(_ number: Int32) {
    while true {
        let opened = open("/dev/null", O_RDONLY)
        guard opened >= 0, opened <= number else { return }
    }
}
