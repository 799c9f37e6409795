import RelayCore
import RelayWire

/// What datagrams are handed to.
protocol Subject: ~Copyable {
    /// Judges one datagram and returns how many bytes leave.
    mutating func judge(_ datagram: DatagramBytes, _ arrival: Arrival) -> Int
}

extension Subject where Self: ~Copyable {
    /// Judges `count` datagrams, the samples in turn, and returns how many bytes left.
    ///
    /// The engine writes over a datagram's header, so the header is written anew each time: two words, which is all that can have
    /// changed. Whatever happens here besides `judge` is the same for every case, and the empty case says how much it is.
    @inline(never)
    mutating func judge(_ samples: UnsafeBufferPointer<Sample>, count: Int, in buffer: UnsafeMutableRawPointer) -> Int {
        var bytesOut = 0
        var next = 0
        for _ in 0..<count {
            let sample = samples[next]
            buffer.storeBytes(of: sample.head.0, as: UInt64.self)
            buffer.storeBytes(of: sample.head.1, toByteOffset: 8, as: UInt64.self)
            bytesOut &+= judge(DatagramBytes(base: buffer, length: sample.length), sample.arrival)
            next = next &+ 1 == samples.count ? 0 : next &+ 1
        }
        return bytesOut
    }
}

/// Hands nothing to anybody and counts how often.
struct Nobody: Subject {
    private(set) var count = 0

    // Not inlined: the compiler must not see that nobody needs the header, or it would not write it.
    @inline(never)
    mutating func judge(_ datagram: DatagramBytes, _ arrival: Arrival) -> Int {
        count &+= 1
        return 0
    }
}
