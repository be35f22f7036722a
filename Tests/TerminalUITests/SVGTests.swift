import Testing

@testable import TerminalUI

struct SVGTests {
    private let night = Buffer.Ground(.standard)

    private func picture(_ width: Int = 12, _ height: Int = 1, _ draw: (inout Buffer) -> Void) -> String {
        var buffer = Buffer(Size(width: width, height: height))
        draw(&buffer)
        return buffer.svg(title: "a <test> & more", ground: night)
    }

    @Test func aDocument() {
        let svg = picture { _ in }
        #expect(svg.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"136\" height=\"47\""))
        #expect(svg.contains("<title>a &lt;test&gt; &amp; more</title>"))
        #expect(svg.hasSuffix("</g>\n</svg>\n"))
        #expect(!svg.contains("<text"), "nothing is written where nothing stands")
    }

    @Test func runsHaveExactPlaces() {
        let svg = picture { buffer in
            buffer.put("ab cd", at: Point(x: 1, y: 0), style: Style(foreground: .rgb(1, 2, 255)))
            buffer.put(
                "e", at: Point(x: 8, y: 0), style: Style(foreground: .rgb(255, 0, 0), modifiers: [.bold, .italic]))
        }
        #expect(
            svg.contains(
                "<text x=\"9\" y=\"14.5\" textLength=\"18\" lengthAdjust=\"spacingAndGlyphs\" fill=\"#0102ff\">ab</text>"
            ))
        #expect(svg.contains("<text x=\"36\" y=\"14.5\" textLength=\"18\""))
        #expect(
            svg.contains(
                "<text x=\"72\" y=\"14.5\" textLength=\"9\" lengthAdjust=\"spacingAndGlyphs\" fill=\"#ff0000\" "
                    + "font-weight=\"bold\" font-style=\"italic\">e</text>"))
    }

    @Test func wideCharactersTakeTwoCells() {
        let svg = picture { $0.put("a日b", at: Point(x: 0, y: 0)) }
        #expect(
            svg.contains(
                "<text x=\"9\" y=\"14.5\" textLength=\"18\" lengthAdjust=\"spacingAndGlyphs\" fill=\"#d6dae6\">日"))
        #expect(svg.contains("<text x=\"27\" y=\"14.5\" textLength=\"9\""))
    }

    @Test func backgroundsAreRectangles() {
        let svg = picture(12, 2) { $0.put("hi", at: Point(x: 2, y: 1), style: Style(background: .rgb(0, 16, 0))) }
        #expect(svg.contains("<rect x=\"18\" y=\"19\" width=\"18\" height=\"19\" fill=\"#001000\"/>"))
    }

    @Test func reverseAndDim() {
        let style = Style(foreground: .rgb(200, 0, 0), background: .rgb(0, 100, 0))
        let reversed = picture { $0.put("x", at: Point(x: 0, y: 0), style: style.adding(.reverse)) }
        #expect(reversed.contains("height=\"19\" fill=\"#c80000\"") && reversed.contains("fill=\"#006400\">x"))
        let dim = picture { $0.put("x", at: Point(x: 0, y: 0), style: style.adding(.dim)) }
        #expect(dim.contains("fill=\"#7c2600\">x"))
        let own = picture { $0.put("x", at: Point(x: 0, y: 0), style: Style(modifiers: .reverse)) }
        #expect(own.contains("fill=\"#d6dae6\"/>") && own.contains("fill=\"#12131a\">x"))
    }

    @Test func underlinesGoOverSpaces() {
        let svg = picture { $0.put("a b", at: Point(x: 0, y: 0), style: Style(modifiers: .underline)) }
        #expect(svg.contains("<path fill=\"#d6dae6\" d=\"M0 16.5H27v1H0z\"/>"))
    }

    @Test func markupIsData() {
        let svg = picture { $0.put("<&>", at: Point(x: 0, y: 0)) }
        #expect(svg.contains(">&lt;&amp;&gt;</text>"))
        let title = Buffer(Size(width: 1, height: 1)).svg(title: "\u{1b}[2J", ground: night)
        #expect(!title.contains("\u{1b}"))
    }

    @Test(arguments: Array("─━│┃╭╮╰╯┌┐└┘├┤┬┴┼┏┓┗┛┣┫┳┻╋╌╍┄┆╎╸╺╴╶▁▄█▌▐▀░▒▓⣿⡇⠁"))
    func framesAndCurvesAreShapes(_ character: Character) throws {
        let path = try #require(CellShape.path(character, x: 9, y: 19, width: 9, height: 19))
        let svg = picture { $0.put(String(character), at: Point(x: 0, y: 0)) }
        #expect(svg.contains("<path ") && !svg.contains("<text"))
        // Rounded pieces apart, whatever is drawn stays in its cell.
        guard !path.contains("A") else { return }
        for place in path.split(separator: "M") {
            let numbers = place.split(whereSeparator: { " hvz".contains($0) }).compactMap { Double(String($0)) }
            #expect(numbers.count >= 4, "\(path)")
            #expect(numbers[0] >= 9 - 0.01 && numbers[0] + numbers[2] <= 18.02, "\(character): \(path)")
            #expect(numbers[1] >= 19 - 0.01 && numbers[1] + numbers[3] <= 38.02, "\(character): \(path)")
        }
    }

    @Test func brailleHasItsDots() {
        func dots(_ character: Character) -> Int? {
            CellShape.path(character, x: 0, y: 0, width: 9, height: 19)?.split(separator: "M").count
        }
        #expect(dots("⣿") == 8)
        #expect(dots("⠁") == 1)
        #expect(dots("⡇") == 4)
        #expect(dots("a") == nil)
    }

    @Test func lengths() {
        #expect(SVGWriter.number(3) == "3")
        #expect(SVGWriter.number(3.5) == "3.5")
        #expect(SVGWriter.number(3.057) == "3.06")
        #expect(SVGWriter.number(-0.25) == "-0.25")
    }

    @Test func aThemesGroundIsItsOwn() throws {
        let day = try Theme(name: "day", entries: ["text": "#202020 on #ffffff"])
        #expect(Buffer.Ground(day).background == .rgb(255, 255, 255))
        #expect(Buffer.Ground(.monochrome).background == .rgb(0x12, 0x13, 0x1A))
        let mono = try Theme(name: "mono", entries: ["text": "standard"])
        #expect(Buffer.Ground(mono).foreground == .rgb(0xD6, 0xDA, 0xE6))
    }

    @Test func text() {
        var buffer = Buffer(Size(width: 6, height: 2))
        buffer.put("日 a", at: Point(x: 0, y: 0))
        #expect(buffer.plainText == "日 a\n\n")
    }
}
