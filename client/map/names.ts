export interface City {
  name: string
  latitude: number
  longitude: number
}

/** Those whose labels of this size stand on no earlier one's; the list comes largest first. */
export function withoutCollisions<Spot extends { x: number; y: number }>(
  spots: readonly Spot[],
  size: { width: number; height: number },
): Spot[] {
  const kept: Spot[] = []
  for (const spot of spots) {
    const collides = kept.some(
      (other) =>
        Math.abs(other.x - spot.x) < size.width && Math.abs(other.y - spot.y) < size.height,
    )
    if (!collides) kept.push(spot)
  }
  return kept
}
