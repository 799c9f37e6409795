/// A one-to-one scrambling of 64-bit words: the finalizer of MurmurHash3, whose constants are public domain.
package enum Mixer {
    /// Scrambles one word; different words always give different results.
    @inline(__always)
    package static func mix(_ word: UInt64) -> UInt64 {
        var word = word
        word ^= word &>> 33
        word &*= 0xFF51_AFD7_ED55_8CCD
        word ^= word &>> 33
        word &*= 0xC4CE_B9FE_1A85_EC53
        word ^= word &>> 33
        return word
    }
}
