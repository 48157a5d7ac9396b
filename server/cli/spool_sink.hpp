#pragma once
// The collector's sink is the spool: the same promise in two rooms' words.

#include "server/collect/sink.hpp"
#include "server/spool/spool.hpp"

namespace etappe::cli {

class SpoolSink final : public collect::Sink {
 public:
  /// `spool` outlives this.
  explicit SpoolSink(spool::Spool& spool) : spool_(spool) {}

  void append(std::vector<collect::Record> records, std::function<void(collect::Kept)> done) override {
    spool_.append(std::move(records), [done = std::move(done)](spool::Outcome outcome) {
      switch (outcome) {
        case spool::Outcome::durable: return done(collect::Kept::durable);
        case spool::Outcome::busy: return done(collect::Kept::busy);
        case spool::Outcome::failed: return done(collect::Kept::failed);
      }
    });
  }

 private:
  spool::Spool& spool_;
};

}  // namespace etappe::cli
