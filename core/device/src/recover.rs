//! A hub that was put back to an earlier state: what it has lost is given back, and what nobody gives back is sent anew.
//!
//! Drives `gewu_sync::recover` for a feed whose cursor the hub does not know. After a whole pull, entries that the hub had
//! answered and does not show are unsent again; they go out with the next push.

use gewu_log::line::{Head, HeadHash};
use gewu_sync::message::OfferRequest;
use gewu_sync::pull::{self, FeedLines};
use gewu_sync::recover::{Effect, Event, RecoverError, RecoverSession};
use gewu_words::ErrorCode;

use crate::device::{Inner, Member};
use crate::error::DeviceError;
use crate::identity::refused;
use crate::network::Method;
use crate::sync::{Pulled, TIMEOUT_MS};

impl Inner {
    /// Gives a feed's lines back and sets its cursor to the last head that both have.
    pub(crate) fn recover(
        &self,
        member: &Member,
        lines: &FeedLines,
        pulled: &mut Pulled,
    ) -> Result<pull::Event, DeviceError> {
        let feed = lines.feed;
        if !pulled.set_back.insert(feed) {
            return Err(self.doubted(pull::PullError::HeadNeverRight { feed }));
        }
        let kept = self.writer.read(|reader| Ok(reader.kept_heads(feed)?))?;
        let mut session = RecoverSession::new(member.hub_key, member.street, kept);
        let mut event = Event::Start;
        loop {
            let (method, path, frame) = match session.step(event) {
                Effect::Show(frame) => (Method::Post, "/v1/head".to_owned(), frame),
                Effect::Ask { n } => (Method::Get, format!("/v1/head?feed={feed}&n={n}"), Vec::new()),
                Effect::Offer(frame) => (Method::Post, "/v1/offer".to_owned(), frame),
                Effect::Load { after, to } => {
                    event = Event::Piece(self.piece(member, after.as_deref(), &to)?);
                    continue;
                }
                Effect::SetBack { common, taken } => {
                    tracing::warn!(taken, "the hub was put back and was given lines");
                    self.writer.write(move |store| {
                        store.write(|tx| Ok::<_, DeviceError>(tx.set_back(feed, common.as_deref())?))
                    })?;
                    pulled.new_epoch = true;
                    return Ok(pull::Event::SetBack);
                }
                Effect::Nothing => return Ok(pull::Event::SetBack),
                Effect::Broken(error @ RecoverError::TwoHeads { .. }) => return Err(self.doubted(error)),
                Effect::Broken(error) => return Err(DeviceError::offline(ErrorCode::NoHub, error.to_string())),
            };
            let offered = path == "/v1/offer";
            let reply = self.ask(member, method, &path, frame, TIMEOUT_MS)?;
            event = match reply.status {
                200 => Event::Reply(reply.body),
                // One piece that does not fit keeps nobody from offering the next.
                400..=499 if offered => Event::Refused,
                _ => return Err(refused(&reply)),
            };
        }
    }

    /// The hub is lying or damaged: an error that stays on the status line until a sync goes through.
    pub(crate) fn doubted(&self, found: impl std::error::Error) -> DeviceError {
        tracing::error!(%found, "the hub contradicts its own signature");
        DeviceError::offline(ErrorCode::HubDoubtful, found.to_string())
    }

    fn piece(
        &self,
        member: &Member,
        after: Option<&Head>,
        to: &Head,
    ) -> Result<Option<Box<OfferRequest>>, DeviceError> {
        let start = HeadHash::start(member.street, to.feed);
        let (after_n, after_hash) = after.map_or((0, start), |head| (head.n, HeadHash(head.hash)));
        self.writer.read(|reader| {
            let Some(piece) = reader.piece(after_n, after_hash, to)? else { return Ok(None) };
            let mut tokens = Vec::new();
            for grant in piece.grants {
                tokens.extend(reader.token(grant)?.map(Into::into));
            }
            Ok(Some(Box::new(OfferRequest {
                after_n,
                after_hash: after_hash.0,
                to: to.clone(),
                lines: gewu_log::columns::write_lines(&piece.lines).into(),
                hashes: piece.hashes.concat().into(),
                tokens,
            })))
        })
    }

    /// After a whole pull: what the hub answered and has not shown is unsent again.
    pub(crate) fn all_shown(&self, member: &Member, pulled: &mut Pulled) -> Result<(), DeviceError> {
        let (feeds, all) = (member.feeds(), pulled.new_epoch);
        let unsent =
            self.writer.write(move |store| store.write(|tx| Ok::<_, DeviceError>(tx.unsend_untold(&feeds, all)?)))?;
        if unsent > 0 {
            tracing::warn!(unsent, "the hub does not show what it had answered: it is sent again");
            pulled.unsent = true;
            self.notifier.tell(true);
        }
        Ok(())
    }
}
