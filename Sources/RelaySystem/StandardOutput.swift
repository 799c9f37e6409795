internal import Glibc

/// What a command answers. Words that are lost are a failure of the command: a key that was shown only once is gone.
package enum StandardOutput {
    /// Writes a text and a line break, or ends the process with status 1 and says why on standard error.
    package static func print(_ text: String, terminator: String = "\n") {
        if let code = RawOutput.write(Array((text + terminator).utf8), to: STDOUT_FILENO) { fail(code) }
    }

    /// Writes out what C and Swift have buffered, or ends the process in the same way.
    package static func finish() {
        if fflush(nil) != 0 { fail(errno) }
    }

    private static func fail(_ code: Int32) -> Never {
        let words = "Error: the output could not be written: \(SystemWords.reason(code))\n"
        _ = RawOutput.write(Array(words.utf8), to: STDERR_FILENO)
        _exit(1)
    }
}

/// Writing to a descriptor, all of it.
package enum RawOutput {
    /// - Returns: errno where not everything could be written.
    package static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
        bytes.withUnsafeBytes { buffer -> Int32? in
            var offset = 0
            while let base = buffer.baseAddress, offset < buffer.count {
                let written = Glibc.write(descriptor, base + offset, buffer.count - offset)
                if written > 0 {
                    offset += written
                } else if errno == EAGAIN {
                    var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&wanted, 1, -1)
                } else if errno != EINTR {
                    return errno
                }
            }
            return nil
        }
    }
}
