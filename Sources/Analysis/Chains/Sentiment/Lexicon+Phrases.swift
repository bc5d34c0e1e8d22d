/// Phrases whose worth is not that of their words, and some words about how things went. Data: one long text.
extension Lexicon {
  static let phrases = #"""
    3.0 a_dream_come_true best_ever best_thing_ever better_than_anything blew_me_away blown_away blows_me_away
    3.0 can't_ask_for can't_get_any_better can't_get_enough can't_live_without can't_praise can't_put_it_down
    3.0 can't_recommend can't_say_enough can't_stop_laughing can't_stop_listening can't_stop_playing can't_stop_watching
    3.0 cannot_live_without cannot_say_enough cant_get_enough cant_live_without cloud_nine could_not_ask_for
    3.0 could_not_have_asked couldn't_ask_for couldn't_have_asked couldnt_ask_for cream_of_the_crop da_bomb
    3.0 doesn't_get_any_better don't_get_any_better dream_come_true dreams_come_true falling_in_love fell_in_love
    3.0 head_over_heels in_love kick_ass kick_butt kicked_ass kicks_ass kicks_butt like_a_boss like_a_charm love_love
    3.0 love_love_love love_of_my_life made_my_day make_my_day makes_my_day not_get_any_better on_cloud_nine
    3.0 on_top_of_the_world out_of_this_world over_the_moon second_to_none so_much_fun the_bee's_knees the_best the_bomb
    3.0 the_cat's_pajamas the_shit to_die_for top_of_the_line very_best work_perfectly worked_perfectly works_perfectly
    3.0 you_can't_beat
    2.3 5_star 5_stars a_steal above_and_beyond above_average ahead_of_its_time ain't_bad all_smiles all_star at_ease
    2.3 bang_for_the_buck bang_for_your_buck better_than_ever beyond_my_expectations big_fan big_plus blast bug_free
    2.3 butter_wouldn't_melt can't_be_beat can't_beat can't_complain can't_go_wrong can't_help_but_smile
    2.3 can't_stop_smiling can't_wait can_not_wait cannot_beat cannot_complain cannot_go_wrong cannot_wait cant_beat
    2.3 cant_complain cant_wait cheer_up cheers_up could_not_be_happier could_not_wait couldn't_be_better
    2.3 couldn't_be_happier couldn't_be_more couldn't_wait couldnt_be_happier couldnt_wait crack_me_up cracked_me_up
    2.3 cracking_up cracks_me_up crushed_it crushing_it damn_good definitely_recommend diamond_in_the_rough do_recommend
    2.3 doesn't_disappoint don't_hesitate don't_regret ease_of_use easy_to_use error_free exceeded_expectations
    2.3 exceeded_my_expectations exceeds_expectations exceeds_my_expectations feel_good feels_good first_class
    2.3 first_rate five_star five_stars flaw_free for_the_win ftw fuck_yeah fuck_yes game_changer good_buy good_job
    2.3 good_morning good_stuff great_buy great_job had_a_blast happier_with happily_ever_after happy_bday
    2.3 happy_birthday happy_with hasn't_let_me_down hassle_free hats_off have_a_blast haven't_had_any_problems
    2.3 having_a_blast heart_of_gold hell_yeah hell_yes high_end high_quality highly_recommend highly_recommended
    2.3 hit_the_spot hits_the_spot hot_stuff how_lucky huge_fan huge_plus i_recommend impressed_with in_good_hands
    2.3 isn't_bad job_well_done jump_for_joy killed_it killing_it life_saver light_up_my_life lights_up living_the_dream
    2.3 look_forward look_no_further looking_forward looks_forward love_it love_that love_this loved_it merry_christmas
    2.3 more_than_happy must_buy must_have must_own must_read must_see my_heart_melts nailed_it never_a_problem
    2.3 never_been_better never_been_happier never_better never_disappoints never_failed never_fails never_had_a_problem
    2.3 never_had_any_problems never_let_me_down never_regret never_regretted nice_job no_brainer no_complaints
    2.3 no_hesitation no_issues no_major_problems no_problem no_problems no_regrets no_trouble no_worries not_a_bad
    2.3 not_a_problem not_bad not_bad_at_all not_be_disappointed not_disappoint not_disappointed not_half_bad
    2.3 not_hesitate not_let_you_down not_regret not_too_bad nothing_but_good nothing_but_praise nothing_short_of
    2.3 nothing_wrong on_fire on_fleek on_point pain_free pick_me_up piece_of_cake pleased_with problem_free proud_of
    2.3 right_on rock_on rocked rockin rocks satisfied_with saved_my_life sight_for_sore_eyes slayed slaying so_cool
    2.3 so_excited so_happy so_lucky stand_out stands_out state_of_the_art stole_the_show stress_free strongly_recommend
    2.3 such_a_steal takes_the_cake thank_god thank_goodness thank_you thumbs_up tongue_in_cheek top_notch trouble_free
    2.3 two_thumbs_up user_friendly value_for_money warm_and_fuzzy wasn't_bad way_to_go well_behaved well_built
    2.3 well_deserved well_designed well_done well_made well_worth well_written what_a_blast without_a_doubt
    2.3 without_a_hitch without_a_problem without_any_problems without_any_trouble without_doubt without_fail
    2.3 without_issues without_problems without_trouble won't_be_disappointed won't_disappoint won't_let_you_down
    2.3 won't_regret wont_be_disappointed work_great work_well worked_fine worked_great worked_well works_fine
    2.3 works_flawlessly works_great works_well world_class worry_free worth_a worth_every_cent worth_every_penny
    2.3 worth_it worth_the worth_the_money worth_the_price worth_the_wait would_recommend you_won't_regret
    2.0 best_friend best_friends crazy_about dead_on good_day good_news good_time good_times great_day great_news
    2.0 great_time had_fun happy_hour have_fun having_fun insanely_good nice_day sick_beat stupid_good sweet_dreams
    2.0 well_played wicked_cool wicked_good
    1.8 best_of_luck good_luck
    1.4 ahead_of all_good all_right as_advertised as_expected as_good_as at_last better_than built_in
    1.4 can't_believe_how_good can_relax chill_out cool_down cost_effective day_off days_off did_not_disappoint
    1.4 did_the_job do_the_job does_the_job does_what easy_on_the_eyes even_better fair_enough feel_better
    1.4 feeling_better fine_with_me for_free free_shipping free_time functions_well get_better get_the_job_done get_well
    1.4 gets_better gets_the_job_done getting_better go_for_it good_deal good_night goodnight got_better got_it_right
    1.4 got_through got_to_love gotta_love great_deal hard_to_beat hard_to_put_down held_up hold_up holds_up
    1.4 it's_all_good keep_up keeps_getting_better keeps_me_going knows_his_stuff little_to_no lol_at long_lasting
    1.4 low_cost low_maintenance low_price low_prices made_it much_better next_level no_big_deal no_longer_need no_noise
    1.4 not_a_single_complaint not_just not_only not_to_mention nothing_better on_sale on_the_go on_time plenty_of
    1.4 pretty_cool pretty_good pretty_well so_far_so_good sold_on up_to_date works you_got_this
    1.0 no_doubt
    0.8 how_are_you no_charge not_expensive worked
    0.0 a_great_deal_of a_war angry_birds apple_pie as_well as_well_as at_all at_least bad_boy bad_company bad_religion
    0.0 best_buy best_friend_of best_man best_regards best_western bet_you better_off big_bang big_time black_friday
    0.0 blood_pressure blood_test breaking_bad by_far can't_believe cannot_believe cant_believe cold_war cold_water
    0.0 couldn't_believe customer_service customer_support cutting_edge dark_chocolate dark_knight dead_pixel
    0.0 dead_pixels_are dead_sea dead_serious death_cab death_metal death_valley didn't_know didn't_need didn't_realize
    0.0 do_not_know do_you_mean does_not_matter doesn't_have_to doesn't_know doesn't_matter doesn't_mean don't_forget
    0.0 don't_get_me_wrong don't_have_to don't_know don't_let don't_need don't_think don't_worry dont_forget dont_know
    0.0 dont_worry fast_food fast_forward feel_like feels_like felt_like fight_club fine_print fine_tune fire_wire
    0.0 first_of_all free_of free_speech free_trial free_will good_deal_of good_friday good_god good_heavens good_lord
    0.0 good_morning_america good_old grand_theft grand_theft_auto great_deal_of ground_zero happy_feet hard_copy
    0.0 hard_core hard_disk hard_drive heavy_metal hell's_kitchen help_desk hit_the_road hot_dog hot_spot hot_water
    0.0 hunger_games i'll_be i_don't_know i_mean if_not ill_be in_case in_fact in_order_to it_is_what_it_is just_in_case
    0.0 kill_bill killer_app kind_of kind_regards last_night light_bulb like_i like_it's like_that like_the like_this
    0.0 like_to long_time_no_see look_like looked_like looks_like lost_in_translation love_story make_up mean_girls
    0.0 mean_to means meant_to mind_you need_to_know never_before never_heard never_knew never_seen never_thought
    0.0 no_less no_less_than no_matter no_matter_how no_matter_what no_more no_more_no_less no_more_than no_need
    0.0 no_one_else no_other no_wonder not_because not_included_in not_know not_long not_sure_if not_that_i not_yet_been
    0.0 nothing_else nowhere_else oh_my_god oh_well_then old_fashioned old_navy or_not play_dead poor_little
    0.0 post_traumatic power_supply pretty_little_liars pretty_much safe_mode seemed_like seems_like shut_down sorry_but
    0.0 sort_of sounds_like sour_grapes star_wars super_bowl tech_support technical_support the_fact_that the_only
    0.0 tired_out to_be_honest trash_can trial_version united_states walking_dead war_memorial war_of well_as well_i
    0.0 well_then what_i_mean whether_or_not why_not world_war you_mean zombie_apocalypse
    -0.8 at_first but_then could've_been_better could_be could_be_better could_have_been_better could_use_some had_hoped
    -0.8 hoped_for i_guess i_suppose i_wish if_only my_only no_way not_as_advertised only_thing other_than should've
    -0.8 should_be_better should_have should_have_been shoulda so_what supposed_to the_only_thing was_hoping were_hoping
    -0.8 what's_wrong whats_wrong wish_i_could wish_i_had wish_it wish_they would_be_better would_be_nice
    -0.8 would_have_been_better would_have_been_nice
    -1.0 miss_u miss_you missing_you
    -1.4 after_a_month after_a_week after_three_months after_two_months after_two_weeks at_a_loss at_a_time at_best
    -1.4 be_careful better_than_nothing big_deal brought_it_back busy_signal didn't_fit do_not_care doesn't_care
    -1.4 doesn't_fit don't_care dont_care door_stop freeze freezes freezes_up froze froze_up frozen goes_back going_back
    -1.4 had_to_wait hang_up have_to_wait hit_or_miss hours_on_the_phone hung_up last_minute laughing_at_me locks_up
    -1.4 long_day look_out miss_her miss_him miss_my miss_them months_later never_came never_got never_had no_clue
    -1.4 no_idea no_one no_response not_as not_as_good not_care not_compatible not_covered not_enough not_fit not_good
    -1.4 not_good_enough not_great not_included not_my_favorite not_nice not_so_good not_so_great not_supported not_sure
    -1.4 not_that_great not_the_best not_very_good not_what not_yet nothing_happens nothing_more_than oh_well on_hold
    -1.4 out_of_stock paper_weight replace_it replaced_it rest_in_peace return_them rip runs_out second_one send_back
    -1.4 sending_back sent_back short_of so_so still_trying still_waiting take_back take_forever takes_forever
    -1.4 taking_forever third_one too_expensive too_few too_good_to_be_true too_late too_little too_many too_much
    -1.4 took_back took_forever trying_to_get watch_out weeks_later went_back_to who_cares
    -2.3 0_stars 1_star 1_stars 2_stars a_joke angry_at ass_kicked avoid_at_all_costs avoid_it avoid_this back_stabbing
    -2.3 bad_for bad_hair_day bad_idea bad_luck bad_news beat_up beating_a_dead_horse bend_over_backwards
    -2.3 better_luck_next_time big_joke bit_the_dust bites_the_dust blew_it blow_it blow_up blows_up bored_with
    -2.3 brain_dead break_down break_up breaking_up breaks_down broke_down broke_up broken_down burn_in_hell burned_out
    -2.3 burnt_out buy_elsewhere buyer_beware can't_believe_how_bad can't_deal can't_handle can't_recommend_this
    -2.3 can't_sleep can't_stand can't_take cannot_recommend cannot_stand cant_sleep cant_stand cheaply_made
    -2.3 could_care_less couldn't_care_less couldn't_sleep couldn't_stand cry_for_help cut_corners dead_end
    -2.3 dead_on_arrival did_not_work didn't_work didnt_work died_on_me do_not_buy do_not_like do_not_work does_not_work
    -2.3 doesn't_deserve doesn't_make_sense doesn't_work doesnt_work don't_bother don't_buy don't_recommend don't_waste
    -2.3 don't_work dont_bother dont_buy down_side down_the_drain fall_apart fall_short falling_apart falls_apart
    -2.3 falls_short fed_up feel_bad feels_bad fell_apart fell_short for_no_reason freak_out freaked_out freaking_out
    -2.3 fuck_up fucked fucked_up fucks_up gave_me_problems gave_up get_lost get_out_of_here get_over_it give_up
    -2.3 given_up gives_me_a_headache gives_up giving_up go_away go_wrong goes_bad goes_wrong going_downhill going_wrong
    -2.3 gone_bad gone_downhill gone_wrong good_for_nothing good_grief good_luck_with_that good_riddance had_enough
    -2.3 had_high_hopes had_to_replace had_to_return had_to_send had_to_take hard_luck hard_time hard_times hard_to_find
    -2.3 hard_to_get hard_to_hear hard_to_read hard_to_see hard_to_use hate_on heart_attack hell_no hit_rock_bottom
    -2.3 how_dare ill_will in_pain in_trouble in_vain isn't_working isn't_worth isnt_working issues_with joke_of
    -2.3 keep_looking kick_the_bucket kicked_the_bucket leave_a_lot_to_be_desired leave_me_alone
    -2.3 leaves_a_lot_to_be_desired leaves_much_to_be_desired left_a_lot_to_be_desired left_out let_down lets_down
    -2.3 letting_me_down locked_up look_elsewhere looking_elsewhere lost_cause lost_her lost_his lost_my low_quality
    -2.3 mad_at made_fun_of make_fun_of make_no_sense makes_me_cry makes_me_mad makes_me_want_to_cry
    -2.3 makes_me_want_to_puke makes_no_sense making_fun_of melt_down mess_up mess_with messed_up messes_up money_back
    -2.3 more_trouble_than nails_on_a_chalkboard nerve_racking never_again never_buy never_ending never_worked no_fun
    -2.3 no_good no_help no_longer_works no_luck no_sense no_thank_you no_thanks no_thanks_to no_use not_a_fan
    -2.3 not_bother not_buying not_fun not_happy not_impressed not_recommend not_recommended not_to_buy not_work
    -2.3 not_working not_worth not_worth_it nothing_good nothing_special nothing_works off_putting on_the_rocks one_star
    -2.3 out_of_luck out_of_order over_it pissed_at poor_man's poor_quality poorly_designed poorly_made problem_with
    -2.3 problems_with quit_on_me quit_working quits_working ran_out_of recommend_against red_flag return_it returned_it
    -2.3 returning_it rock_bottom rough_day rough_time run_into_the_ground run_out_of running_late save_your_cash
    -2.3 save_your_money save_yourself screw_up screwed_up screws_up send_it_back sending_it_back sent_it_back shoot_me
    -2.3 shop_elsewhere shot_down shut_up sick_and_tired sick_of so_done sold_out_on spit_in stay_away stay_clear
    -2.3 steer_clear stop_working stopped_working stops_working stressed_out stuck_at stuck_in stuck_on stuck_with
    -2.3 take_it_back taken_advantage takes_advantage_of taking_it_back thanks_for_nothing the_bad_news threw_it_away
    -2.3 threw_up throw_away throw_it_away throw_up throwing_up thrown_away thumbs_down tired_of too_bad too_long_to
    -2.3 took_it_back tough_luck trouble_with turn_off turned_me_off two_stars under_the_weather up_in_smoke
    -2.3 wasn't_working wasn't_worth waste_of wear_out wears_off went_bad went_wrong what_a_joke will_not_buy
    -2.3 will_not_work won't_be_buying won't_buy won't_work wore_out worn_out worse_than would_not_buy
    -2.3 would_not_recommend would_not_work wouldn't_buy wouldn't_recommend wouldn't_work wreak_havoc zero_stars
    -3.0 bored_to_death bored_to_tears break_my_heart breaking_my_heart breaks_my_heart broke_my_heart car_wreck
    -3.0 complete_waste death_sentence dumpster_fire fuck_my_life fuck_off fuck_that fuck_this fuck_you full_of_shit
    -3.0 go_to_hell hate_hate heart_broken hell_on_earth hung_out_to_dry hunk_of_junk in_tears kill_me kill_myself
    -3.0 kiss_of_death last_straw make_me_sick makes_me_sick over_my_dead_body pain_in_my_ass pain_in_the_ass
    -3.0 pain_in_the_butt pain_in_the_neck passed_away piece_of_crap piece_of_junk piece_of_shit pieces_of_crap
    -3.0 pile_of_crap piss_off pissed_off pisses_me_off pissing_me_off rip_off ripped_off road_to_hell screw_you
    -3.0 shut_the_fuck_up sick_to_my_stomach stab_in_the_back stabbed_in_the_back sucks_ass sucks_balls suicide_bomb
    -3.0 the_worst total_waste train_wreck waste_my_time waste_of_money waste_of_space waste_of_time waste_your_money
    -3.0 waste_your_time wasted_my_money wasted_my_time what_the_fuck what_the_hell worst_ever
    """#
}
