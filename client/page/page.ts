import { keepFavourites } from "./favourites.ts"
import { searchInPlace } from "./live-search.ts"
import { offerNearMe } from "./near-me.ts"
import { offerMap } from "./offer-map.ts"
import { keepOffline } from "./offline.ts"
import { rememberZone, showOwnTime } from "./own-time.ts"
import { offerShare } from "./share.ts"

// Every page works without any of this; each piece makes one thing shorter and is alone in failing.
const pieces = [
  rememberZone,
  () => showOwnTime(document),
  searchInPlace,
  offerNearMe,
  keepFavourites,
  offerShare,
  offerMap,
  keepOffline,
]

for (const start of pieces) {
  try {
    start()
  } catch (error) {
    reportError(error)
  }
}
