import GewuModel

extension Spot {
    /// From a platform's degrees and metres; `nil` where they are none, or not on the earth.
    public init?(latitude: Double, longitude: Double, accuracyM: Double) {
        guard (-90...90).contains(latitude), (-180...180).contains(longitude) else { return nil }
        let radius = (accuracyM * 100).rounded()
        self.init(
            latitudeE7: Int32((latitude * 10_000_000).rounded()), longitudeE7: Int32((longitude * 10_000_000).rounded()),
            accuracyCm: radius >= 0 ? UInt32(exactly: min(radius, 4_000_000_000)) : nil)
    }
}
