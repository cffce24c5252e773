"""Spreads a year's published totals over grids and months: python3 make.py EVENTS UNHANDLED > xingsha-year.json

The totals are arguments, so that no file of the product or of the scenario holds them. How they fall on grids and
months is ours: by the size of a grid, the season, and some noise; the same for the same seed.
"""
import json
import random
import sys

COMMUNITIES = {
    "凉塘社区": 6, "望仙社区": 5, "灰埠社区": 5, "牛角冲社区": 6, "明珠社区": 5, "土桥社区": 5, "盼盼社区": 4,
    "阳高社区": 6, "杉仙岭社区": 5, "金茂社区": 5, "松雅社区": 5, "星城社区": 5, "开元社区": 5,
}
# Summer rain and the weeks before the Spring Festival are busy, the festival's month is not.
SEASON = [1.12, 0.71, 0.95, 1.0, 1.06, 1.17, 1.2, 1.1, 0.98, 0.93, 0.9, 0.96]
# What came in late in the year had less time to be handled.
LEFT_OVER = [0.5, 0.5, 0.6, 0.6, 0.7, 0.8, 0.9, 0.9, 1.0, 1.2, 1.7, 2.9]
CLASSES = {
    "暴露垃圾": 21, "占道经营": 12, "车辆乱停": 14, "路灯不亮": 8, "井盖破损": 4, "路面破损": 6, "下水堵塞": 9, "墙面渗水": 5,
    "楼道堆物": 8, "电动车飞线充电": 6, "噪声扰民": 5, "绿化缺株": 4, "消防通道堵塞": 5, "邻里纠纷": 5, "政策咨询": 7, "居民求助": 9,
}
TEXTS = {
    "三栋二单元门口堆了两袋装修垃圾和旧沙发,挡住了轮椅坡道,老人进出要绕行,居民希望今天能清走": 8,
    "小区东门外非机动车道停了一排汽车,电动车只好走快车道,早高峰时很危险,请派人劝离并补划禁停线": 9,
    "七栋楼梯间二楼到四楼的灯都不亮,已有三天,晚上下楼看不清台阶,请物业检查线路": 8,
    "人行道上的雨水井盖缺了一角,边上有小学生上学经过,暂时用雪糕筒围住,需要更换": 4,
    "地下车库入口的排水沟被落叶堵住,下雨就积水,车辆进出溅水,请疏通并装上格栅": 7,
    "五楼外墙渗水,住户家里的卧室墙面发霉,户主联系过物业两次,还没有人上门看": 6,
    "一楼住户从窗户拉线给电动车充电,线头搭在晾衣架上,有起火的危险,已当面劝说,请复查": 7,
    "夜宵摊占了半条人行道,油烟直冲二楼,十一点以后还有人喝酒划拳,居民没法睡觉": 6,
    "消防通道的黄线里停了两辆车,没有留电话,已拍照并请交警联系车主,请继续盯办": 6,
    "绿化带里有十来株灌木枯死,露出黄土,风一吹就扬灰,请园林部门补种": 4,
    "公交站后面的路面塌下去一块,大约半米宽,雨天看不出深浅,请先围挡再修补": 5,
    "楼上装修在午休时间打墙,楼下有高考生,两家已经吵过一次,请社区一起上门调解": 5,
    "独居老人说燃气灶打不着火,子女在外地,已关阀门,请联系燃气公司上门检查": 6,
    "居民问外地社保转到长沙要带哪些材料,已答复一部分,剩下的请窗口的同志回电": 6,
    "垃圾分类亭的投放口坏了,厨余桶满了两天没有清运,气味很大,请换桶并加一次清运": 9,
    "单元门禁坏了关不上,最近有陌生人上楼贴小广告,住户担心安全,请尽快修好": 4,
}


def shares(total, weights):
    """Whole numbers in proportion to the weights that sum to the total: the largest remainders get the rest."""
    scale = total / sum(weights)
    out = [int(weight * scale) for weight in weights]
    by_rest = sorted(range(len(weights)), key=lambda at: out[at] - weights[at] * scale)
    for at in by_rest[: total - sum(out)]:
        out[at] += 1
    return out


def main(events, unhandled):
    rng = random.Random(67)
    community = [name for name, count in COMMUNITIES.items() for _ in range(count)]
    size = [rng.lognormvariate(0, 0.35) for _ in community]
    cells = [(grid, month) for grid in range(len(community)) for month in range(12)]
    busy = shares(events, [size[grid] * SEASON[month] * rng.uniform(0.8, 1.2) for grid, month in cells])
    slow = [rng.lognormvariate(0, 0.4) for _ in community]
    weights = [busy[at] * slow[grid] * LEFT_OVER[month] * rng.uniform(0.4, 1.6) for at, (grid, month) in enumerate(cells)]
    left = shares(unhandled, weights)
    assert all(rest <= all_ for rest, all_ in zip(left, busy)), "more left over than came"
    weighted = lambda words: [{"is": word, "weight": weight} for word, weight in words.items()]
    head = {
        "place": "星沙街道",
        "source": "Events and those not yet handled of the whole year: published by the street. How they fall on grids, months, "
                  "classes and hours, the texts and the names of the communities: ours (tests/scenarios/make.py).",
        "day_offset_s": 8 * 3600, "seed": 67, "hours": [7, 21], "delay_hours": [1, 96],
        "classes": weighted(CLASSES), "texts": weighted(TEXTS),
    }
    dumps = lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    grids = []
    for grid, name in enumerate(community):
        months = {f"2021-{month + 1:02}": {"events": busy[grid * 12 + month], "unhandled": left[grid * 12 + month]} for month in range(12)}
        grids.append(dumps({"code": f"{grid + 1:02}", "name": f"{grid + 1}号网格", "community": name, "months": months}))
    lines = [f"{dumps(key)}:{dumps(value)}," for key, value in head.items()]
    print("{" + "\n".join(lines) + '\n"grids":[\n' + ",\n".join(grids) + "\n]}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
