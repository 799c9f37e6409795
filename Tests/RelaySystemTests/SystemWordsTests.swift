import Foundation
import Glibc
import RelaySystem
import Testing

@Suite struct SystemWordsTests {
    @Test("No error number that an operator meets is told in the system's raw words or as a number")
    func reasons() {
        let met = [
            EACCES, EPERM, ENOENT, ENOTDIR, EISDIR, ELOOP, ENAMETOOLONG, EROFS, ENOSPC, EDQUOT, EIO, EMFILE, ENFILE,
            ENOMEM,
            EADDRINUSE, EADDRNOTAVAIL, EAFNOSUPPORT,
        ]
        for code in met {
            let words = SystemWords.reason(code)
            #expect(words != String(cString: strerror(code)) && !words.contains("errno"), "\(words)")
        }
    }

    @Test("A port that cannot be had is explained by its cause, and only one in use names a process")
    func ports() {
        func words(_ code: Int32, _ port: UInt16 = 32_000) -> String {
            SystemWords.unbindable("X", code, port: port, holder: "process 7 (nginx)", unit: "a.socket")
        }
        #expect(words(EADDRINUSE) == "X is in use by process 7 (nginx): stop it, or choose another port")
        #expect(words(EADDRNOTAVAIL).contains("is not on an address of this machine"))
        #expect(words(EACCES, 1).contains("privileged port") && words(EACCES, 1).contains("a.socket"))
        #expect(!words(EACCES, 1).contains("another") && !words(EACCES, 1).contains("relay"))
        #expect(words(EACCES).contains("SELinux"))
        #expect(words(EAFNOSUPPORT).contains("IPv4"))
    }

    @Test("A file that cannot be read is named with what to do")
    func files() throws {
        #expect(SystemWords.unreadable("/a/b", ENOENT) == "'/a/b' does not exist: create it, or correct the path")
        #expect(SystemWords.unreadable("/a/b", EISDIR).contains("is a directory"))
        #expect(SystemWords.unreadable("/tmp", EACCES).contains("may not be read by user"))
        for (path, part) in [("/nowhere/x", "does not exist"), ("/tmp", "regular file"), ("/dev/null", "regular file")]
        {
            #expect {
                try SmallFile.read(path, atMost: 10)
            } throws: { ($0 as? SmallFile.Failure)?.words(path).contains(part) == true }
        }
    }

    @Test("A directory that nothing can be made in is named with what is there instead")
    func directories() throws {
        let place = NSTemporaryDirectory() + "causeway-\(UUID().uuidString)"
        #expect(SystemWords.unwritable(directory: NSTemporaryDirectory()) == nil)
        #expect(SystemWords.unwritable(directory: place)?.contains("there is no such") == true)
        try Data().write(to: URL(fileURLWithPath: place))
        defer { try? FileManager.default.removeItem(atPath: place) }
        #expect(SystemWords.unwritable(directory: place)?.contains("is no directory") == true)
    }

    @Test("A named pipe is not waited for")
    func pipe() throws {
        let path = NSTemporaryDirectory() + "causeway-\(UUID().uuidString)"
        #expect(mkfifo(path, 0o600) == 0)
        defer { unlink(path) }
        #expect(throws: SmallFile.Failure.self) { try SmallFile.read(path, atMost: 10) }
    }
}
