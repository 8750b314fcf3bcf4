"""The simulated platform: what it holds, and what each surface would show if nobody were asked."""

from tutela.drills.surfaces.completing import Completions
from tutela.drills.surfaces.holding import Account, Post
from tutela.drills.surfaces.recommending import CoEngagement
from tutela.drills.surfaces.searching import SearchIndex
from tutela.drills.surfaces.tagging import TagPages


class Platform:
    """Every index is kept up as things are published and used."""

    def __init__(self) -> None:
        self.accounts: dict[str, Account] = {}
        self.posts: dict[str, Post] = {}
        self.search = SearchIndex()
        self.completions = Completions()
        self.tags = TagPages()
        #: What to see next.
        self.content = CoEngagement()
        #: Whom to follow.
        self.people = CoEngagement()

    def join(self, account: Account) -> None:
        """There is a new account."""
        self.accounts[account.id] = account

    def publish(self, post: Post) -> None:
        """There is a new post."""
        self.posts[post.id] = post
        self.search.add(post)
        self.tags.add(post)

    def engage(self, account: str, *, post: str) -> None:
        """The account liked the post, and by that its author."""
        self.content.engage(account, item=post)
        self.people.engage(account, item=self.posts[post].author)

    def follow(self, account: str, *, other: str) -> None:
        """The account follows the other one."""
        self.people.engage(account, item=other)
