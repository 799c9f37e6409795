import Synchronization

extension GuessLedger {
    /// What is known of one source, 256 bytes: what it has guessed within a minute and within a second, the last pairs it
    /// guessed, and which of its endpoints were answered last.
    struct SourceCell {
        static var wordCount: Int { 32 }
        /// Guesses that are known again. Of stale clients behind one address each needs one.
        static var pairCount: Int { 32 }
        /// Endpoints of one source that can be answered within a second.
        static var answerCount: Int { 12 }

        private static var minute: UInt64 { 60_000 }
        private static var second: UInt64 { 1_000 }

        // Where things stand, in words.
        private static var minuteWord: Int { 1 }
        private static var secondWord: Int { 2 }
        /// How many pairs were noted.
        private static var cursorWord: Int { 3 }
        /// Fingerprints of pairs, two a word.
        private static var pairWords: Range<Int> { 4..<4 + pairCount / 2 }
        /// Fingerprint of an endpoint << 32 | when it was answered, in milliseconds.
        private static var answerWords: Range<Int> { pairWords.upperBound..<pairWords.upperBound + answerCount }

        let words: UnsafeMutablePointer<Atomic<UInt64>>

        private func load(_ word: Int) -> UInt64 { words[word].load(ordering: .relaxed) }
        private func store(_ value: UInt64, in word: Int) { words[word].store(value, ordering: .relaxed) }

        /// 0 in a free cell.
        var source: UInt64 { load(0) }

        /// Makes it the cell of a source of which nothing is known.
        func claim(_ key: UInt64) {
            for word in 1..<Self.wordCount { store(0, in: word) }
            store(key, in: 0)
        }

        /// Guesses within the minute that the first of them began.
        func guesses(_ now: UInt64) -> UInt64 { count(Self.minuteWord, Self.minute, now) }

        /// Guesses within the second that the first of them began.
        func guessesThisSecond(_ now: UInt64) -> UInt64 { count(Self.secondWord, Self.second, now) }

        func countGuess(_ now: UInt64) {
            add(Self.minuteWord, Self.minute, now)
            add(Self.secondWord, Self.second, now)
        }

        // A window's word: its start in milliseconds << 16 | what was counted.
        private func count(_ word: Int, _ length: UInt64, _ now: UInt64) -> UInt64 {
            let window = load(word)
            return now &- window >> 16 < length ? window & 0xFFFF : 0
        }

        private func add(_ word: Int, _ length: UInt64, _ now: UInt64) {
            let count = count(word, length, now)
            let start = count == 0 ? now : load(word) >> 16
            store(start << 16 | min(count + 1, 0xFFFF), in: word)
        }

        /// Remembers a pair by 32 bits of its keyed hash; false where it is remembered already.
        func notePair(_ hash: UInt64) -> Bool {
            let fingerprint = max(UInt64(truncatingIfNeeded: hash >> 32), 1)
            for word in Self.pairWords {
                let both = load(word)
                if both >> 32 == fingerprint || both & 0xFFFF_FFFF == fingerprint { return false }
            }
            let cursor = load(Self.cursorWord)
            let place = Int(cursor % UInt64(Self.pairCount))
            let word = Self.pairWords.lowerBound + place / 2
            let shift = UInt64(place % 2) * 32
            store(load(word) & ~(0xFFFF_FFFF << shift) | fingerprint << shift, in: word)
            store(cursor &+ 1, in: Self.cursorWord)
            return true
        }

        /// Where to note that an endpoint is answered now; `nil` where it was answered within a second, or as many others
        /// were as can be remembered.
        func placeForAnswer(_ endpoint: UInt64, _ now: UInt64) -> Int? {
            var place: Int?
            for word in Self.answerWords {
                let answer = load(word)
                let isRecent =
                    answer != 0 && UInt32(truncatingIfNeeded: now) &- UInt32(truncatingIfNeeded: answer) < 1_000
                if isRecent, answer >> 32 == Self.fingerprint(ofEndpoint: endpoint) { return nil }
                if !isRecent, place == nil { place = word }
            }
            return place
        }

        func noteAnswer(_ endpoint: UInt64, _ now: UInt64, in place: Int) {
            store(Self.fingerprint(ofEndpoint: endpoint) << 32 | now & 0xFFFF_FFFF, in: place)
        }

        private static func fingerprint(ofEndpoint key: UInt64) -> UInt64 { max(key >> 32, 1) }
    }
}
