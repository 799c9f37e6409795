/// Which slots of a table are free: those given back, in a list threaded through the table, and those never taken.
struct SlotPool {
    /// Slot + 1 of the slot given back last.
    var firstFree: UInt32 = 0
    /// Slots that were ever taken: all that a sweep has to look at.
    var highWater = 0

    /// A slot, or -1 where all `capacity` are taken. `next` reads the list threaded through free slots.
    mutating func take(capacity: Int, next: (Int) -> UInt32) -> Int {
        if firstFree != 0 {
            let slot = Int(firstFree) - 1
            firstFree = next(slot)
            return slot
        }
        guard highWater < capacity else { return -1 }
        highWater += 1
        return highWater - 1
    }
}

/// Users whose tokens are no longer valid, oldest first: a list threaded through their slots.
struct DepartedList {
    /// Slot + 1; 0 where the list is empty.
    var first: UInt32 = 0
    var last: UInt32 = 0
}

/// How far the sweep has come in each table.
struct SweepCursor {
    var user = 0
    var session = 0
}
