/// Texts in which what is to be found is marked: `[[kind:bytes]]`. What is not marked must not be found. None belongs
/// to anybody: domains, numbers and addresses are those reserved for examples, or made up.
enum PersonalDataFixtures {
  static let texts: [String] = """
    Please write to [[mail:anna.schmidt@example.org]] before Friday.
    [[mail:o'brien+news@mail.example.co.uk]], [[mail:x_y-z%1@sub.example.com]]; thanks
    mailto:[[mail:info@example.museum]]?subject=hello
    <[[mail:first.last@example.com]]>
    E-Mail:[[mail:kontakt@example.de]],Telefon folgt
    Contact ([[mail:jobs@example.io]]).
    "[[mail:quoted@example.net]]" wrote: see below
    Grüße an [[mail:müller@example.de]] und [[mail:info@bücher.example]]!
    Почта: [[mail:ivan.petrov@example.ru]].
    联系 [[mail:wang@example.cn]] 谢谢
    support [at] example.com is not written as an address
    [[mail:a@b.co]] is the shortest we take
    [[mail:user@xn--bcher-kva.example]] [[mail:name@example.xn--p1ai]]
    [[mail:UPPER.CASE@EXAMPLE.COM]] shouted
    cc [[mail:one@example.com]],[[mail:two@example.com]];[[mail:three@example.com]]
    from=[[mail:billing@example.com]] to=[[mail:customer@example.org]]
    git clone git@github.com:holdfast/example.git now
    https://user:secret@example.com/path is a login
    ftp://anonymous@ftp.example.com/pub
    npm install react@18.2.0 lodash@4.17.21 left-pad@1.3.0-beta.two
    <img src="logo@2x.png" srcset="logo@3x.jpg 3x">
    Follow @holdfast and @someone.else on the network
    @alice@mastodon.example posted
    user@localhost has no domain
    foo@bar..com and @example.com and foo@ example.com are typos
    meet @ 5.30 pm @ the station
    sshd@22.service restarted
    price @ 10.50 each, 3 @ 4.20
    scp file.txt deploy@build.example.com:/srv/data
    a..b@example.com has two dots
    [[mail:reply-to.me@example.com]]. Thanks!
    [[mail:last@example.com]]
    Call [[phone:+1 415 555 0132]] or [[phone:+1-212-555-0199]] now.
    Tel. [[phone:+49 30 1234567]], Fax [[phone:+49 (0)30 1234568]]
    Phone: [[phone:(415) 555-0132]] ext. 12
    [[phone:415-555-0132]] / [[phone:415.555.0199]]
    my cell is [[phone:1-800-555-0199]]
    Ruf an: [[phone:0171 2345678]] oder [[phone:030/12345678]]
    Handy [[phone:0151-23456789]]
    Appelez le [[phone:01 23 45 67 89]] ou [[phone:06.12.34.56.78]]
    ring [[phone:020 7946 0958]] or [[phone:07700 900123]]
    mobile [[phone:07700900123]] any time
    [[phone:+44 20 7946 0958]] [[phone:+33 1 23 45 67 89]]
    [[phone:+81-3-1234-5678]] and [[phone:03-1234-5678]] and [[phone:090-1234-5678]]
    тел. [[phone:+7 (495) 123-45-67]], [[phone:8 (800) 555-35-35]]
    звоните [[phone:8-800-555-35-35]] бесплатно
    ligue [[phone:(11) 91234-5678]] ou [[phone:+55 11 91234-5678]]
    Llame al teléfono [[phone:612 345 678]]
    电话 [[phone:138 1234 5678]] 或 [[phone:+86 138 1234 5678]]
    전화 [[phone:010-1234-5678]] 입니다
    चलो [[phone:+91 98765 43210]] पर
    [[phone:+4915123456789]]
    [[phone:+420 601 123 456]]; [[phone:+48 601 234 567]]
    call me at [[phone:555-0132]]
    fax [[phone:044 123 45 67]]
    WhatsApp: [[phone:+34 612 34 56 78]]
    tel:[[phone:+16505550100]]
    [[phone:06-12345678]] is Dutch
    [[phone:0043 1 5321234]] from abroad
    [[phone:0612345678]]
    Ring [[phone:070-123 45 67]] på måndag
    My number is [[phone:(650) 555-0123]].
    kontakt: [[phone:+45 12 34 56 78]]
    Dial [[phone:1800 123 456]] free
    between 10:30 and 11:45 on 2024-01-15
    on 15.01.2024, 01/15/2024, 15/01/24 and 2024/01/15
    01.02.2024 10:15 Uhr
    order 4155550132 shipped
    Bestellung Nr. 0171 2345678 ist da
    invoice 030-12345678
    order number 0151-23456789
    id: 06 12 34 56 78 in the list
    ISBN 0-306-40615-2, ISBN 978-3-16-148410-0, ISBN-10 0679783261
    978-0-306-40615-7 and 9783161484100
    the price is 1 234 567,89 or $1,234,567.00 or 12.345.678 €
    +12.5% after -3.25% and +1 point
    1705312200 and 1705312200123 are timestamps
    20240115103000 compact
    2024-01-15T10:30:00+02:00 and 2024-01-15 10:30:00 +0200
    52.520008, 13.404954 is Berlin, 40.7128,-74.0060 New York
    +52.520008 +013.404954/ in ISO 6709
    550e8400-e29b-41d4-a716-446655440000 is an id
    12345678-1234-1234-1234-123456789012 is one too
    id 0123-4567-8901-2345 and 0123-4567-8901
    see https://example.com/p/0171-2345678?id=0612345678
    sha 0123456789abcdef0123456789abcdef
    score 3-0, 10-12, 100-200-300
    pi is 3.14159265358979, e is 2.718281828459045
    population 331 449 281 in 2020
    1 000 000 people and 7 900 000 000 more
    part 12-345-678, SKU 0012345678
    ZIP 90210-1234 and 10115 Berlin
    0x1F 0b1010 0755 00042
    1/2 3/4 1.5 2,5 10^6
    SSN like 123-45-6789 is none of ours
    rows 0 100 200 300 400 500
    version 030.123.4567 of the manual
    from 2019 2020 2021 2022 on
    flight LH0171 2345678X
    room 0815-4711
    12:34:56.789012 took 0.000123456 s
    4711-0815-2024
    $ 415.555 and 0132
    ticket #0171 2345678
    Card [[card:4111 1111 1111 1111]] exp 12/27
    [[card:5555555555554444]] [[card:378282246310005]] [[card:6011111111111117]]
    [[card:3530-1113-3330-0000]] by JCB
    Amex [[card:3782 822463 10005]], Diners [[card:3056 930902 5904]]
    [[card:2223003122003222]] is the new range
    paid with [[card:4000056655665556]].
    карта [[card:4242 4242 4242 4242]] принята
    "[[card:4012-8888-8888-1881]]"
    [[card:6200000000000005]] UnionPay
    Maestro [[card:6759649826438453]]
    4111 1111 1111 1112 fails its digit
    1234567812345670 has no prefix
    order 4111111111111112
    9999 9999 9999 9999 and 0000 0000 0000 0000
    4444 4444 4444 4444
    EAN 4006381333931 on the box
    tracking 1Z4111111111111111
    4111111111111111111111 is too long
    0.4111111111111111 as a fraction
    ref a4111111111111111b
    5500-0000-0000-0005 has a digit too little right
    IMEI 490154203237518 of the phone
    49 0154 2032 3751 8
    3.141592653589793238
    IBAN [[iban:DE89 3704 0044 0532 0130 00]]
    [[iban:GB29NWBK60161331926819]] and [[iban:FR1420041010050500013M02606]]
    [[iban:NL91ABNA0417164300]], [[iban:CH93 0076 2011 6238 5295 7]]
    konto [[iban:AT611904300234573201]].
    [[iban:es91 2100 0418 4502 0005 1332]] in small letters
    IBAN:[[iban:IT60X0542811101000000123456]]
    [[iban:PL61109010140000071219812874]] [[iban:SE4550000000058398257466]]
    [[iban:NO93 8601 1117 947]] [[iban:BE68 5390 0754 7034]]
    DE89 3704 0044 0532 0130 01 is wrong
    GB29NWBK60161331926818 too
    DE89370400440532013 is too short
    XX89 3704 0044 0532 0130 00 is nowhere
    DE893704004405320130001 is too long
    PART DE89-ABCD-1234
    AT61 BUS 19 leaves at 04:30
    hash fr1420041010050500013m02607
    ping [[ipv4:192.168.0.1]] and [[ipv4:8.8.8.8]]
    http://[[ipv4:10.0.0.1]]:8080/index.html
    allow [[ipv4:172.16.0.0]]/12;
    from [[ipv4:203.0.113.7]], [[ipv4:198.51.100.22]]
    Host: [[ipv4:127.0.0.1]]
    client=[[ipv4:203.0.113.255]] status=200
    [[ipv4:255.255.255.255]]
    "[[ipv4:192.0.2.44]]" GET /
    на [[ipv4:192.0.2.1]].
    version 1.2.3.4 is out
    v10.0.19.1 fixes that
    Chrome/120.0.6099.109 and Firefox/99.0.0.1
    firmware 2.4.1.12, driver 31.0.15.3
    1.2.3.4.5 has one too many
    256.1.1.1 and 1.2.3.400 and 01.02.03.04
    1.2.3 and 1.2.3.
    section 3.1.4.2 says so
    1.2.3.4 Scope of this document
    OID 1.3.6.1.4.1.311
    nuget 6.0.0.1-preview
    release 10.1.2.3
    $1.2.3.4
    x1.2.3.4 a.1.2.3.4
    Holdfast 1.7.6.2 has it
    tool (2.10.0.27-0) unstable; prepare for 1.8.5.1
    moved up to release 4.3.99.16 today
    tool 0.93.42.1
    Server [[ipv4:4.2.2.1]] answers, ssh [[ipv4:5.9.12.7]]:22
    [[ipv4:9.9.9.9]] or [[ipv4:10.1.2.3]] do as well
    [[ipv4:2.16.19.4]]/24 is blocked
    [[ipv4:14.3.2.1]]
    Boston, MA 02110-1301 USA
    https://example.com/detail/5072358514753536
    [[ipv6:2001:db8::1]] answered
    http://[[[ipv6:2001:db8:85a3::8a2e:370:7334]]]:443/
    [[ipv6:fe80::1ff:fe23:4567:890a]]%eth0 is local
    [[ipv6:::1]] is home, [[ipv6:::ffff:192.0.2.128]] is mapped
    from [[ipv6:2001:0db8:0000:0000:0000:ff00:0042:8329]].
    prefix [[ipv6:2001:db8:abcd::]]/48
    peer [[ipv6:2001:db8:1:2:3:4:5:6]] port 22
    адрес [[ipv6:2001:db8::ff00:42:8329]], [[ipv6:2001:db8:0:0:8:800:200c:417a]]
    [[ipv6:FE80::1]], [[ipv6:fd12:3456:789a:1::1]]
    00:1a:2b:3c:4d:5e is hardware
    02:00:5e:ff:fe:00:53:01 is hardware as well
    12:34:56 and 12:34:56:78
    std::vector and a::b::c and Foo::bar2
    x[1::2] and y[::2]
    1:2:3:4:5:6:7 has seven
    1:2:3:4:5:6:7:8:9 has nine
    2001:db8::1::2 has two gaps
    ratio 16:9 and verse 3:16
    beef::cafe is a menu
    12345::1 is too wide
    """.split(separator: "\n").map(String.init)
}
