// The datagram header: what RelayWire reads and writes, against a reading byte by byte. The first byte of an input is where
// in a word the datagram begins; the rest is the datagram, at the end of a block of its own, so that the sanitizer sees a
// byte too much.
import FuzzDriver
import RelayWire

Fuzzer.run { bytes in
    var input = InputReader(bytes)
    let misalignment = input.number(below: 8)
    let datagram = input.take(Wire.maximumLength)
    let block = UnsafeMutableRawPointer.allocate(byteCount: misalignment + datagram.count, alignment: 8)
    defer { block.deallocate() }
    let base = block + misalignment
    HeaderCheck(datagram: datagram, base: base).run()
}
