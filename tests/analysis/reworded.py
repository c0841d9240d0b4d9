"""Reports that other testers wrote of the story's defects in their own words, by the defect's title.

Each row is a title, steps separated by bars, what was expected, and what happened. They were written from the defect
alone, before anything compared them.
"""

from typing import Final

REWORDED: Final[dict[str, list[tuple[str, str, str, str]]]] = {
    "Quantity jumps back to {n} after it was changed to {m}": [
        ("Cannot change the number of pieces in my basket", "Go to the basket|Raise the quantity of any article|Tap "
         "somewhere else", "The new quantity is saved", "It goes back to the old quantity, the sum does not change"),
        ("Amount of an item resets itself", "Add something|Open cart|Type another amount|Leave the box",
         "Amount and total are updated", "Old amount returns"),
    ],
    "Total is not updated when {article} is removed": [
        ("Sum in the basket stays the same after deleting an item", "Have two things in the basket|Delete one",
         "A lower total", "The total is still the one with both articles, only reloading helps"),
        ("Wrong total after removing", "Open the cart with 2 articles|Press Remove at the first",
         "Total without the removed article", "Removed article is still in the total"),
    ],
    "Cart is empty after logging in": [
        ("Logging in throws away everything I had in my basket", "Do not log in|Add three articles|Log in at the "
         "checkout", "My articles are still there", "Basket has 0 articles"),
        ("Guest cart gets lost on login", "Fill the cart as guest|Sign in", "Cart contents are merged",
         "Nothing is in the cart any more"),
    ],
    "Remove button is covered by the cookie banner": [
        ("Cookie notice hides the buttons of the cart", "Use a private window|Leave the cookie notice open|Go to the "
         "cart", "Buttons are visible", "Notice is on top of Checkout and Remove, they cannot be clicked"),
        ("Consent banner overlaps the checkout", "Open shop for the first time|Ignore banner|Scroll down in cart",
         "I can go to the checkout", "The cookie banner covers it"),
    ],
    "Free shipping note is wrong by a cent": [
        ("Hint says one cent is missing for free delivery", "Put articles for exactly 49 euros into the cart",
         "Free shipping", "It says that 0.01 is missing"),
        ("Free shipping limit off by 0.01", "Cart with 49.00|Look at the shipping note", "No shipping costs",
         "Note demands another cent"),
    ],
    "Code {code} is taken twice": [
        ("Same coupon can be used two times", "Apply any coupon code|Type the same coupon code in small letters|Apply",
         "Message that it is already used", "Discount is subtracted two times"),
        ("Voucher works again if written in lower case", "Enter a voucher in the cart|Enter it again, lower case",
         "Refused, since it was used already", "Second discount"),
    ],
    "Coupon is lost when going back from the payment page": [
        ("Going back from payment removes my coupon", "Apply a coupon|Continue to payment|Go back",
         "Coupon is still there", "Full price, coupon has to be typed again"),
        ("Discount disappears with the back button", "Cart with a discount code|Step to the payment|Use browser back",
         "Reduced total", "Total without discount"),
    ],
    "Discount of {code} is rounded up": [
        ("Coupon discount one cent too high", "Apply a 10 % code on an article", "Discount rounded down",
         "Discount is a cent more than 10 %"),
        ("Rounding error in the discount line", "Cart with one article|Apply a percentage coupon|Calculate it by hand",
         "10 % rounded down to cents", "Rounded up, one cent off"),
    ],
    "Message for an unknown code shows a placeholder": [
        ("Technical text instead of an error message for a wrong coupon", "Type nonsense into the coupon field|Apply",
         "Readable sentence", "coupon.error.unknown_code is displayed"),
        ("Untranslated key on invalid voucher", "Enter abc as voucher|Press Apply", "Code is unknown, in words",
         "Text 'coupon.error.unknown_code'"),
    ],
    "Spaces around {code} make it invalid": [
        ("Pasted coupon with trailing blank is rejected", "Copy a code from a mail including the blank|Paste|Apply",
         "Blank is cut off", "'This code does not exist'"),
        ("Coupon field does not trim whitespace", "Type a space and then the code|Apply", "Code works",
         "Message that this code does not exist"),
    ],
    "Minimum order value of {code} is not checked": [
        ("Coupon valid below the minimum order", "Cart worth 8.00|Apply a coupon that needs 20.00", "Coupon refused",
         "Discount is granted anyway"),
        ("Discount although my order is too small for it", "Add a cheap article under 20 euros|Use the coupon",
         "Hint on the minimum order value", "Coupon accepted"),
    ],
    "PayPal window stays white after {n} seconds": [
        ("PayPal popup is blank", "Select PayPal in the checkout|Pay now", "PayPal login", "Empty white popup, cannot "
         "return to the shop"),
        ("Cannot pay by PayPal, nothing loads", "Payment step|PayPal|Pay now|Wait a while", "The page of PayPal opens",
         "White page for ever"),
    ],
    "Card number field accepts {m} digits": [
        ("Too many digits possible for a credit card", "Credit card as payment|Enter a far too long number",
         "Validation error", "Field is green, number of digits is not checked"),
        ("No length check on card number", "Choose card|Type random digits, wrong length|Tab out", "Error at the field",
         "Accepted as valid card number"),
    ],
    "Pay now can be pressed twice and creates two orders": [
        ("Double click on Pay now orders twice", "Checkout up to the last page|Double click Pay now",
         "A single order", "My orders lists the same order two times"),
        ("Duplicate order after clicking fast", "Fill cart|Last step|Hit Pay now quickly again", "Button is disabled",
         "Two orders were created and both are charged"),
    ],
    "Expiry date in the past is accepted": [
        ("Expired credit card passes validation", "Card payment|Use an expiry date of last year|Continue",
         "Card is refused as expired", "I can continue"),
        ("Card expiry is not validated", "Enter card with expiry 01/24|Continue", "Error for the date",
         "No error, next step is shown"),
    ],
    "Spinner never ends after 3-D Secure was cancelled": [
        ("Endless loading when the bank's confirmation is aborted", "Credit card|Press Cancel in the 3-D Secure page",
         "Return to payment methods", "Loading circle for ever"),
        ("Checkout hangs after cancelling 3D Secure", "Pay with card|Abort at the bank", "Message and another try",
         "Only a spinner"),
    ],
    "House number {n}a is refused": [
        ("House numbers with a letter are not possible", "Delivery address|House number with letter, e.g. 12b|Save",
         "Saved", "Validation says 'Please enter a number'"),
        ("Address form only takes digits as house number", "Edit the address|Enter a number and a letter|Save",
         "No error", "Please enter a number"),
    ],
    "Street is overwritten when the postcode is corrected": [
        ("Changing the postcode clears my street", "Complete the delivery address|Change postcode",
         "Street remains", "Street field is blank, form is accepted without it"),
        ("Street vanishes after editing postal code", "Enter address|Fix a typo in the postcode", "Only city changes",
         "Street gone"),
    ],
    "Second address cannot be deleted": [
        ("Deleted address comes back", "Account with two addresses|Delete one of them|Reload", "One address",
         "Both addresses are there again"),
        ("Removing an address has no effect", "My addresses|Delete second address|Confirm|Refresh",
         "It is removed", "Still listed after refresh"),
    ],
    "Umlauts in the name turn into question marks": [
        ("Special characters broken in the order summary", "Use a name with ü and ß|Go to the summary",
         "Name displayed correctly", "Question marks in place of the umlauts"),
        ("Encoding problem with German names", "Enter Müller as name|Check the summary", "Müller", "M?ller"),
    ],
    "Apostrophe in the search field ends in an error page": [
        ("Server error 500 when searching for a name with '", "Search for o'neill", "Search results",
         "Error page 500"),
        ("Search crashes on a single quote", "Type ' into search|Enter", "No results found", "500 error"),
    ],
    "Sorting by price puts {price} before 9.90": [
        ("Price sorting is alphabetical", "Search|Sort by lowest price", "Cheapest article first",
         "Prices are compared as text, 10 is before 9"),
        ("Lowest price first does not work", "Look for anything|Choose sort by price ascending", "Ascending prices",
         "Order of the prices is wrong, 100 before 20"),
    ],
    "Back from an article jumps to the top of the results": [
        ("Scroll position is lost when returning to the results", "Search|Scroll far down|Open any article|Back",
         "Same position", "I am at the top of the list again"),
        ("Result list starts from the beginning after going back", "Search something|Scroll|Tap on an article|Go back",
         "List where I left it", "Jumps to top"),
    ],
    "Password reset link is dead after {n} minutes": [
        ("Reset mail link expires much too early", "Forgot password|Wait some minutes|Click link in the mail",
         "Valid for one hour", "Link has expired"),
        ("Cannot reset my password, link expired", "Request new password|Open the link a few minutes later",
         "Form for a new password", "'This link has expired' although an hour is promised"),
    ],
    "Login fails when the mail address has a capital letter": [
        ("Mail address is case sensitive at login", "Register in lower case|Log in with upper case letter",
         "Login works", "Unknown user or wrong password"),
        ("Cannot sign in with capital letters in e-mail", "Log in as Mara@example.test instead of mara@example.test",
         "Logged in", "Error: unknown user or wrong password"),
    ],
    "Stay logged in does not survive closing the browser": [
        ("Have to log in again each time despite 'Stay logged in'", "Tick Stay logged in|Log in|Restart the browser",
         "I am logged in", "Login form"),
        ("Remember me is ignored", "Log in with stay logged in ticked|Close and open the browser", "Session is kept",
         "Logged out"),
    ],
    "Log out leaves the name in the header": [
        ("Still greeted by name after logout", "Log out|Check the header", "Log in link", "'Hello Mara' remains"),
        ("Header is not refreshed on logout", "Sign in|Sign out", "Header shows Log in",
         "Name of the user is displayed until I click something"),
    ],
    "Size {m} can be ordered although it is sold out": [
        ("Sold-out size can be put into the cart", "Article page|Select a size that is sold out|Add to cart",
         "Not possible", "Is added to the cart"),
        ("Button active for unavailable sizes", "Open an article|Pick a size marked sold out", "Button is disabled",
         "I can add and order it"),
    ],
    "Delivery date lies in the past": [
        ("Article would be delivered yesterday", "Open any article|Look at delivery", "A date in the future",
         "Yesterday is shown as delivery date"),
        ("Wrong delivery date on article page", "Article|Check the date of delivery", "Tomorrow or later",
         "The date is already over"),
    ],
    "Order history is sorted by order number as text": [
        ("My orders are in a wrong order", "Account with many orders|My orders", "Newest at the top",
         "Order 99 before 1002, sorted like words"),
        ("Order list sorted alphabetically", "Log in|Open order history", "Sorted by date, newest first",
         "Order numbers are sorted as text"),
    ],
    "Invoice PDF opens as a blank page": [
        ("Downloaded invoice is empty", "My orders|Download the invoice", "PDF with the invoice", "White empty PDF"),
        ("Blank PDF for invoices", "Account|Orders|Click on invoice", "Invoice is readable", "PDF has an empty page"),
    ],
    "Newsletter cannot be switched off": [
        ("Unsubscribing from the newsletter is not saved", "Settings|Remove the tick at Newsletter|Save",
         "Unsubscribed", "After a reload the tick is back"),
        ("Newsletter checkbox always on again", "Account settings|Untick newsletter|Save|Open settings again",
         "Stays off", "Newsletter is ticked again"),
    ],
}  # fmt: skip
