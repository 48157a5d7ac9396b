#pragma once
// Numbers of the fields of a batch's header: the table "Header" of docs/wire-format.md. Only this room
// includes it.

namespace etappe::codec {

enum HeaderField : unsigned {
  kSite = 1,
  kInstance = 2,
  kBase = 3,
  kSent = 4,
  kBatch = 5,
  kContainer = 6,
  kEvents = 7,
};

}  // namespace etappe::codec
