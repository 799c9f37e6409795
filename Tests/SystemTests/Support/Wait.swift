import Foundation
import Glibc
import Testing

/// Sleeps the calling thread.
func pause(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    Thread.sleep(forTimeInterval: Double(seconds) + Double(attoseconds) * 1e-18)
}

/// Asks again and again until the condition holds or the time is over, and says whether it held.
func holds(within limit: Duration, every step: Duration = .milliseconds(20), _ condition: () throws -> Bool) rethrows
    -> Bool
{
    let clock = ContinuousClock()
    let end = clock.now + limit
    while true {
        if try condition() { return true }
        if clock.now >= end { return false }
        pause(step)
    }
}
